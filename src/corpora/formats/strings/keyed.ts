/** Formats that have one language a file: texts by key, paired with those of the same key in the file of the other language. */
import type { InlineRole } from "../../../documents/segments/inline-elements.ts";
import { bounded } from "../decoded-text.ts";
import type { FileHead, Importer, ImportItem, ImportOptions, InputFile, SkipReason } from "../importer.ts";
import { pair, skip } from "../importer.ts";
import type { XmlElement } from "../xml/elements.ts";
import { elementOf, inlinePairs } from "../xml/inline-text.ts";

/** One text of a file. */
export interface KeyedText {
  key: string;
  /** An element where it may have inline tags. */
  text: string | XmlElement;
  line: number;
  /** Why it is left out. */
  skipped?: SkipReason;
}

export interface KeyedFormat {
  name: string;
  title: string;
  matches: (head: FileHead) => boolean;
  /** All texts of a file. Throws DataError where it cannot be read. */
  read: (file: InputFile) => Promise<KeyedText[]>;
}

/** Of equal keys the last one counts, as in the programs that read such files. */
export function keyedImporter({ name, title, matches, read }: KeyedFormat): Importer {
  return {
    name,
    title,
    files: 2,
    matches,
    pairs: async function* (file, options, translated) {
      const sources = byKey(await read(bounded(file)));
      const targets = byKey(translated === undefined ? [] : await read(bounded(translated)));
      const items: ImportItem[] = [];
      for (const [key, source] of sources) items.push(...itemsOf(source, targets.get(key), options));
      for (const [key, target] of targets) {
        if (!sources.has(key))
          items.push({ ...skip(target.skipped ?? "without a counterpart", target.line), inTranslated: true });
      }
      yield items;
    },
  };
}

/** Tags of HTML stand around text, and so do those that say that it isn't translated. */
function roleOfTag({ name }: XmlElement): InlineRole {
  return { kind: name === "br" ? "single" : "pair" };
}

function byKey(texts: readonly KeyedText[]): Map<string, KeyedText> {
  return new Map(texts.map((text) => [text.key, text]));
}

function itemsOf(source: KeyedText, target: KeyedText | undefined, options: ImportOptions): ImportItem[] {
  const { line } = source;
  if (source.skipped !== undefined) return [skip(source.skipped, line)];
  if (target === undefined) return [skip("without a counterpart", line)];
  if (target.skipped !== undefined) return [skip(target.skipped, line)];
  if (typeof source.text === "string" && typeof target.text === "string") return [pair(source.text, target.text, line)];
  return inlinePairs(elementOf(source.text), elementOf(target.text), options, line, roleOfTag);
}
