/** The page: its parts and how they work together. */
import { Announcer } from "./announcer.ts";
import { byId } from "./dom.ts";
import { DocumentsPanel } from "./panes/documents-panel.ts";
import { KeyDialog } from "./panes/key-dialog.ts";
import { LanguageBar } from "./panes/language-bar.ts";
import { Notice } from "./panes/notice.ts";
import { startTabs } from "./panes/tabs.ts";
import { startThemeSwitch } from "./panes/theme-switch.ts";
import { WordingPanel } from "./panes/wording-panel.ts";
import { Workbench } from "./panes/workbench.ts";
import { Api } from "./server/api.ts";
import { adviceOn } from "./server/failures.ts";

const api = new Api((path, init) => fetch(path, init));
const notice = new Notice();
const announcer = new Announcer();
const keys = new KeyDialog(async (key) => {
  api.key = key;
  notice.hide();
  await wording.look();
  workbench.translate(true);
});
const languages = new LanguageBar(async (_, isSwap) => {
  workbench.changeLanguages(isSwap);
  await wording.look();
  workbench.translate(true);
});
const askKey = () => keys.open();
const wording = new WordingPanel({ api, languages, announcer, onChange: (atOnce) => workbench.translate(atOnce) });
const workbench = new Workbench({ api, languages, notice, askKey, announcer, wording: () => wording.fields });
const documents = new DocumentsPanel({ languages: () => languages.chosen, key: () => api.key, askKey });

api.key = keys.key;
startThemeSwitch();
startTabs(["text", "documents"], () => {});
void start();

/** Asks the server what it offers; until it answers there is nothing to choose. */
async function start(): Promise<void> {
  const asked = new URLSearchParams(location.search);
  try {
    const [settings, known] = await Promise.all([api.settings(), api.languages()]);
    const wanted = { source: asked.get("source") ?? undefined, target: asked.get("target") ?? undefined };
    languages.show(known, Object.fromEntries(Object.entries(wanted).filter(([, code]) => code !== undefined)));
    byId("key-open").hidden = !settings.keyRequired;
    documents.show(settings);
    await wording.look();
    workbench.start(settings, asked.get("q") ?? "");
    notice.hide();
    if (settings.keyRequired && api.key === "") {
      notice.show({ text: "This server needs an API key.", asksForKey: true }, { askKey, retry: askKey });
    }
  } catch (error) {
    const advice = adviceOn(error);
    const retry = () => void start();
    notice.show(advice, { askKey, retry });
    if (advice.retryIn !== undefined) setTimeout(retry, advice.retryIn * 1000);
  }
}
