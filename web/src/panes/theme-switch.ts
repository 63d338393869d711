/** The switch of colours: as the system has them, light, dark. */
import { byId } from "../dom.ts";
import { Stored } from "../stored.ts";

const themes = ["system", "light", "dark"] as const;
type Theme = (typeof themes)[number];

const paths: Readonly<Record<Theme, string>> = {
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M4.900 4.900l1.400 1.400M17.700 17.700l1.400 1.400M2 12h2M20 12h2M4.900 19.100l1.400-1.400M17.700 6.300l1.400-1.400",
  dark: "M20 14.500A8 8 0 0 1 9.500 4 8 8 0 1 0 20 14.500Z",
};

export function startThemeSwitch(): void {
  const stored = new Stored("theme");
  const button = byId("theme");
  let theme = themes.find((each) => each === stored.value) ?? "system";
  const show = () => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    button.setAttribute("aria-label", `Colours: ${theme}`);
    button.title = `Colours: ${theme}`;
    button.replaceChildren(icon(paths[theme]));
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length]!;
    stored.value = theme === "system" ? undefined : theme;
    show();
  });
  show();
}

function icon(path: string): SVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(namespace, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
