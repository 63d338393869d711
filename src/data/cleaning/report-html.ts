/** The cleaning report as a page for people: counts by reason, and a few of the pairs each one left out. */
import { type CleaningReport, DROP_REASONS } from "./clean.ts";
import type { OverlapReport } from "./overlap-report.ts";

/** A whole HTML document without anything from elsewhere. */
export function reportHtml(title: string, { read, kept, dropped }: CleaningReport, heldOut?: OverlapReport): string {
  const share = (count: number) => `${((100 * count) / Math.max(read, 1)).toFixed(2)} %`;
  const reasons = DROP_REASONS.flatMap((reason) => {
    const entry = dropped[reason];
    return entry === undefined ? [] : [{ reason, ...entry }];
  });
  const row = (name: string, count: number) => `<tr><td>${name}</td><td>${count}</td><td>${share(count)}</td></tr>`;
  const examples = reasons.map(({ reason, examples: pairs }) => {
    const rows = pairs.map(
      ({ line, source, target }) =>
        `<tr><td>${line}</td><td dir="auto">${escaped(source)}</td><td dir="auto">${escaped(target)}</td></tr>`,
    );
    return `<h2>${reason}</h2>\n<table><tr><th>line</th><th>source</th><th>target</th></tr>\n${rows.join("\n")}\n</table>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Cleaning of ${escaped(title)}</title>
<style>body{font:15px system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em}table{border-collapse:collapse}
td,th{border:1px solid #bbb;padding:.25em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}</style></head><body>
<h1>Cleaning of ${escaped(title)}</h1>
<table><tr><th>pairs</th><th>count</th><th>share</th></tr>
${[row("read", read), row("kept", kept), ...reasons.map(({ reason, count }) => row(reason, count))].join("\n")}
</table>
${heldOut === undefined ? "" : overlapTable(heldOut, row)}${examples.join("\n")}
</body></html>
`;
}

/** What was read and is in held-out text too. */
function overlapTable(overlap: OverlapReport, row: (name: string, count: number) => string): string {
  const { lines, sources, targets, pairs, files, dropped } = overlap;
  const rows = [
    row("lines", lines),
    row("by their source", sources),
    row("by their target", targets),
    row("as a whole pair", pairs),
    ...files.map(({ path, count }) => row(`in ${escaped(path)}`, count)),
  ];
  return `<h2>also in validation or test files</h2>
<p>${dropped ? "They are left out of training." : "They stay in training."}</p>
<table><tr><th>of what was read</th><th>count</th><th>share</th></tr>
${rows.join("\n")}
</table>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
