/** A table in box-drawing characters, laid out as sacreBLEU lays out several systems. */

export interface GridColumn {
  title: string;
  align: "right" | "center";
  /** One per row; a cell may have several lines. */
  cells: readonly string[];
}

/** Titles get at least a space more on each side than cells, as in sacreBLEU. */
const TITLE_PADDING = 2;

export function formatGrid(columns: readonly GridColumn[]): string {
  const widths = columns.map(({ title, cells }) =>
    Math.max(length(title) + TITLE_PADDING, ...cells.flatMap((cell) => cell.split("\n").map(length))),
  );
  const rule = (left: string, line: string, cross: string, right: string) =>
    `${left}${widths.map((width) => line.repeat(width + 2)).join(cross)}${right}`;
  const rowOf = (cells: readonly string[]) => {
    const lines = cells.map((cell) => cell.split("\n"));
    const height = Math.max(...lines.map((each) => each.length));
    return Array.from({ length: height }, (_, line) => {
      const padded = lines.map((each, c) => pad(each[line] ?? "", widths[c]!, columns[c]!.align));
      return `│ ${padded.join(" │ ")} │`;
    }).join("\n");
  };
  const rows = columns[0]!.cells.map((_, row) => rowOf(columns.map(({ cells }) => cells[row]!)));
  return [
    rule("╒", "═", "╤", "╕"),
    rowOf(columns.map(({ title }) => title)),
    rule("╞", "═", "╪", "╡"),
    rows.join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("╘", "═", "╧", "╛"),
  ].join("\n");
}

function pad(text: string, width: number, align: GridColumn["align"]): string {
  const room = Math.max(0, width - length(text));
  const left = align === "right" ? room : room >> 1;
  return " ".repeat(left) + text + " ".repeat(room - left);
}

/** Code points. */
function length(text: string): number {
  return [...text].length;
}
