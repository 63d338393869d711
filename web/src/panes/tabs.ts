/** Tabs as the ARIA Authoring Practices have them: arrow keys go from one to the next, Tab goes on to the panel. */
import { byId } from "../dom.ts";

/** `names`: tabs are `tab-NAME`, their panels `panel-NAME`. `onShow` is told of each that is shown. */
export function startTabs(names: readonly string[], onShow: (name: string) => void): void {
  const tabs = names.map((name) => byId(`tab-${name}`));
  const show = (at: number) => {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === at));
      tab.tabIndex = i === at ? 0 : -1;
      byId(`panel-${names[i]!}`).hidden = i !== at;
    });
    onShow(names[at]!);
  };
  tabs.forEach((tab, at) => {
    tab.addEventListener("click", () => show(at));
    tab.addEventListener("keydown", ({ key }) => {
      const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
      if (step === 0) return;
      const next = (at + step + tabs.length) % tabs.length;
      show(next);
      tabs[next]!.focus();
    });
  });
}
