/** What translates in `bench decode --model`: ours, a peer in Python, Marian; each opened in one of its settings and timed run by run. */

/** How many work side by side. */
export interface Setting {
  /** What a peer calls it: eager, jit, compile; empty where there is one way. */
  mode: string;
  /** Processes with a share of the batches each. */
  processes: number;
  /** Threads of each process. */
  threads: number;
}

/** One pass over the sentences. */
export interface Run {
  /** Hypotheses of each sentence; 1 is greedy. */
  beam: number;
  /** Most sentences of a batch. */
  batch: number;
  /** Only every so manieth sentence, the first among them; 1 is all. */
  every: number;
}

/** The translation of one sentence. */
export interface Output {
  text: string;
  /** Ids in the vocabulary of our model; a peer with a vocabulary of its own has none. */
  pieces?: readonly number[];
}

/** A contender that is loaded and waits. */
export interface Opened {
  /** From the start of the processes until all were ready; 0 where that is not known. */
  readySeconds: number;
  /** Name and version of what runs. */
  version: string;
  /** Seconds it took to translate. Throws BackendError. */
  translate(run: Run): Promise<number>;
  /** Translations of the last run by index of their sentence. */
  outputs(): Promise<ReadonlyMap<number, Output>>;
  close(): Promise<void>;
}

export interface Contender {
  name: string;
  precision: string;
  /** The best of these is found by measurement. */
  settings: readonly Setting[];
  /** The same of batches' sizes. */
  batches: readonly number[];
  open(setting: Setting): Promise<Opened>;
}

/** One process on all threads, or one thread each for as many processes. */
export function layouts(threads: number, mode = ""): Setting[] {
  const together = { mode, processes: 1, threads };
  return threads === 1 ? [together] : [together, { mode, processes: threads, threads: 1 }];
}

/** "jit, 2 × 1 thread". */
export function settingName({ mode, processes, threads }: Setting): string {
  const each = `${threads} thread${threads === 1 ? "" : "s"}`;
  const layout = processes === 1 ? each : `${processes} × ${each}`;
  return mode === "" ? layout : `${mode}, ${layout}`;
}
