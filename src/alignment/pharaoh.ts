/** Word alignments in Pharaoh's form: `0-0 1-2`, source word and target word, counted from 0. */
import { DataError } from "../base/errors.ts";

/** A link of Pharaoh's form, `source-target`; words are counted from 0. */
export interface AlignmentLink {
  /** Source word. */
  source: number;
  /** Target word. */
  target: number;
}

/** `0-0 1-2`, in the order given. */
export function formatLinks(links: readonly AlignmentLink[]): string {
  return links.map(({ source, target }) => `${source}-${target}`).join(" ");
}

/** The links of a line; none of a blank one. Throws DataError, which names the line by `where`, for anything else. */
export function parseLinks(line: string, where: () => string): AlignmentLink[] {
  const text = line.trim();
  if (text === "") return [];
  return text.split(/\s+/).map((link) => {
    const numbers = /^(\d{1,9})-(\d{1,9})$/.exec(link);
    if (numbers !== null) return { source: Number(numbers[1]), target: Number(numbers[2]) };
    throw new DataError(`"${link.slice(0, 40)}" is no link of an alignment.`, {
      where: where(),
      nextStep: "Write links as source-target, words counted from 0: 0-0 1-2.",
    });
  });
}
