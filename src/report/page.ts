/** A page that stands alone: style and script inside it, nothing fetched, light or dark as the reader's system is. */
import { Markup, markup } from "./markup.ts";
import { pageStyle } from "./page-style.ts";

export interface PageOptions {
  title: string;
  /** Under the title. */
  lead: Markup;
  body: Markup;
  /** JavaScript that makes the page handier; it must be readable without. */
  script?: string;
}

/** The whole file. Its policy keeps browsers from fetching anything, whatever the text in it says. */
export function page({ title, lead, body, script }: PageOptions): string {
  const policy = new Markup("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'");
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<header><h1>${title}</h1><p>${lead}</p></header>
<main>
${body}
</main>
<footer>Made by gnmt-moe.</footer>
${script !== undefined && markup`<script>${new Markup(script)}</script>`}
</body>
</html>
`;
  return text;
}
