/** Changes to a text by offsets; whatever no edit covers stays as it is. */

/** A piece of new text, or a range of the old one, in which edits that lie inside are made too. */
export type Part = string | readonly [from: number, to: number];

/** Puts `parts` in the place of `from` to `to` (exclusive). */
export interface Edit {
  from: number;
  to: number;
  parts: readonly Part[];
}

/** The text with all edits made. Two edits are apart, or one lies in a range that the other keeps; one in what the other removes is lost. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const sorted = [...edits].sort((a, b) => a.from - b.from || b.to - a.to);
  const render = (from: number, to: number, first: number): string => {
    let out = "";
    let at = from;
    for (let i = firstFrom(sorted, from, first); i < sorted.length && sorted[i]!.from <= to; i++) {
      const edit = sorted[i]!;
      if (edit.from < at || edit.to > to) continue;
      out += text.slice(at, edit.from);
      for (const part of edit.parts) out += typeof part === "string" ? part : render(part[0], part[1], i + 1);
      at = edit.to;
    }
    return out + text.slice(at, to);
  };
  return render(0, text.length, 0);
}

/** Index of the first edit from `low` on that begins at `from` or later. */
function firstFrom(sorted: readonly Edit[], from: number, low: number): number {
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.from < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
