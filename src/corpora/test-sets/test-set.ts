/** What a published test set is: its languages, which files in which archive hold them, and how these are checked. */
import type { SourceFile } from "../fetch/source-file.ts";

/** A published test set, and where its texts are. */
export interface TestSet {
  /** sacreBLEU's name, `wmt14`. */
  name: string;
  /** Where each file is: in an archive, or, where an address ends with the file's name, by itself. */
  archive: SourceFile | ((file: string) => SourceFile);
  /** Folder of the cache that keeps the archive (default test-sets). */
  cache?: string;
  /** Language pairs, "en-de"; none where `languages` says which there are. */
  pairs: readonly string[];
  /** The set's own codes of languages that all have the same texts, so that any two are a pair; languages asked for are matched with them. */
  languages?: readonly string[];
  /** Texts that follow each other and together are the set; default one without a name. */
  parts?: readonly string[];
  /** Files in the archive: the source, then a reference each; or one XML file that holds both. */
  files: (source: string, target: string, part: string) => readonly string[];
  /** Places, from 0, of the source and the reference in files of tab-separated fields. */
  columns?: readonly [source: number, reference: number];
  /** Translators of a pair's XML set whose references are taken. */
  translators?: (pair: string) => readonly string[];
}

/** An archive in the cache, by the name of its campaign and of the file published. */
export function archive(url: string, md5: string, name: string): SourceFile {
  return { name: `${name}.${url.slice(url.lastIndexOf("/") + 1)}`, urls: [url], md5 };
}

/** Every pair of English with each language, both ways. */
export const withEnglish = (languages: string) => languages.split(" ").flatMap((each) => [`${each}-en`, `en-${each}`]);

/** Pairs as "en-de de-en". */
export const pairsOf = (pairs: string) => pairs.split(" ");
