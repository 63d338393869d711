/** Options that stand for keys of corpora; apart from the others, so that commands without configuration keys need no schema. */

/** True for `data.CORPUS.key`, the options that stand for keys under `data`. */
export function isDataOption(name: string): boolean {
  return name.startsWith("data.");
}
