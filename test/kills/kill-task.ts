/** A command that can be killed at any moment: the same command again goes on, or begins anew, and ends at the same files. */

export interface KillTask {
  /** Default: Node, whose options, script and its words follow. */
  command?: string;
  words: readonly string[];
  /** More of the environment. */
  env?: Readonly<Record<string, string>>;
  /** Kills part of a run, on which all of it ends. Default: all of it at once. */
  kill?: () => void;
  /** Folder that the command writes. */
  output: string;
  /** Folders that it keeps between runs, such as downloads. */
  kept: readonly string[];
  /** What a file of `output` holds, without times; undefined where it holds nothing else. */
  contentOf?: (path: string, bytes: Buffer) => Buffer | undefined;
  /** What a whole run has been sent, and when so much more has been: moments that don't depend on how busy the machine is. */
  bytes?: { sent(): number; after(bytes: number): Promise<void> };
  close(): void;
}

/** Makes a task in an empty folder. */
export type OpenTask = (folder: string, places: TaskPlaces) => Promise<KillTask>;

export interface TaskPlaces {
  /** Words that run the command line: of its sources, or as it is built. */
  nmt: readonly string[];
  seed: number;
}
