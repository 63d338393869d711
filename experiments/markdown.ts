/** Tables in Markdown. */

export type Align = "left" | "right";

/** `columns` by heading; cells of a row in their order. */
export function markdownTable(columns: Readonly<Record<string, Align>>, rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rules = Object.values(columns).map((align) => (align === "left" ? "---" : "---:"));
  return [line(Object.keys(columns)), line(rules), ...rows.map(line)].join("\n");
}
