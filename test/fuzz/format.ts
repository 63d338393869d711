/** A kind of file to fuzz: intact samples, and everything the toolkit does with such files. */

export interface Sample {
  /** Path in a folder → intact bytes. */
  files: Readonly<Record<string, Uint8Array>>;
}

export interface Format {
  name: string;
  /** Damage that only text suffers is tried too. */
  isText?: boolean;
  /** Files of the samples that are damaged; default all. */
  damages?: (path: string) => boolean;
  /** Makes the samples, the same every time; `folder` is empty and may be written to. Called once in a process. */
  samples(folder: string): Sample[] | Promise<Sample[]>;
  /**
   * Reads the files of a damaged sample in `folder` in the ways users do. Throws a typed error where it cannot, `Inconsistent`
   * where what it got is not what the files say.
   */
  read(folder: string, sample: number): void | Promise<void>;
}

/** A reader took a damaged file and made something wrong of it. */
class Inconsistent extends Error {}

export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Inconsistent(what);
}
