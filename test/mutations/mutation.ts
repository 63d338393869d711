/** A small edit of the source that some test should notice (mutation testing: DeMillo, Lipton and Sayward 1978). */

/** One edit. */
export interface Mutation {
  /** What the mistake is, in a few words. */
  name: string;
  /** File from the root of the project; under native/ the addon is built again. */
  file: string;
  /** Text that occurs exactly once in the file. */
  find: string;
  replace: string;
  /** Test files or folders to run. Default: the file's own tests, then those that vitest finds related to it. C++ needs them. */
  tests?: readonly string[];
}

/** A mutation that no longer fits the source. */
export class StaleMutation extends Error {}

/**
 * The text with the edit made.
 * @throws StaleMutation where `find` does not occur exactly once, or the edit changes nothing
 * @example mutate("a + b", { name: "wrong sign", file: "sum.ts", find: "+", replace: "-" }) // "a - b"
 */
export function mutate(text: string, { file, find, replace }: Mutation): string {
  const at = text.indexOf(find);
  if (at < 0) throw new StaleMutation(`${file} no longer has the text: ${find}`);
  if (text.indexOf(find, at + 1) >= 0) throw new StaleMutation(`${file} has this text more than once: ${find}`);
  if (find === replace) throw new StaleMutation(`nothing is replaced in ${file}: ${find}`);
  return text.slice(0, at) + replace + text.slice(at + find.length);
}

export function isNative({ file }: Mutation): boolean {
  return file.startsWith("native/");
}
