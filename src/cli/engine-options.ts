/** Options of the commands that run a model: which backend, how many threads, which precision. */
import type { Options } from "yargs";
import {
  type BackendName,
  backendNames,
  type InferencePrecision,
  inferencePrecisions,
  type Precision,
} from "../base/engine-names.ts";
import { UsageError } from "../base/errors.ts";
import { MOST_THREADS } from "../base/threads.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { threadsOfRank } from "../parallel/processors.ts";
import { parseByteSize } from "./byte-size.ts";

export interface EngineArguments {
  backend: BackendName | "auto";
  threads: number;
  precision: Precision | "auto";
}

export const engineOptions = {
  backend: {
    choices: ["auto", ...backendNames] as const,
    default: "auto" as const,
    describe: "Backend; auto takes the fastest usable one",
  },
  threads: { type: "number", default: 0, describe: `CPU threads, at most ${MOST_THREADS}; 0 for all cores` },
  precision: {
    choices: ["auto", "f32", "bf16"] as const,
    default: "f32" as const,
    describe: "Precision of matrix products; auto takes bf16 where that is faster",
  },
} satisfies Record<string, Options>;

/** The same of a model that is only run. */
export interface InferenceArguments extends Omit<EngineArguments, "precision"> {
  precision: InferencePrecision | "stored" | "auto";
}

/** Of the commands that translate and score. */
export const inferenceOptions = {
  ...engineOptions,
  backend: { ...engineOptions.backend, describe: "Backend; auto takes the native engine, or the fastest usable one" },
  precision: {
    choices: ["stored", "auto", ...inferencePrecisions] as const,
    default: "stored" as const,
    describe:
      "Precision of matrix products; stored is int8 for quantised weights, else f32; auto takes bf16 where faster",
  },
} satisfies Record<string, Options>;

/** How much of a model's experts stays in memory, of the commands that translate. */
export const expertMemoryOption = {
  expert_memory: {
    type: "string",
    describe: "Memory for experts that stay ready, such as 512MiB, of each model; others are read again when used",
    defaultDescription: "all that were used",
  },
} satisfies Record<string, Options>;

/** Throws UsageError for what is no size. */
export function expertMemoryOf({ expert_memory }: { expert_memory: string | undefined }): { expertMemory?: number } {
  if (expert_memory === undefined) return {};
  const expertMemory = parseByteSize(expert_memory);
  if (expertMemory !== undefined) return { expertMemory };
  throw new UsageError(`--expert_memory is ${expert_memory}`, { nextStep: "Give a size such as 512MiB or 1.5GB." });
}

/** An adapter beside the model, of the commands that translate and score. */
export const adapterOption = {
  adapter: {
    type: "string",
    describe: "Directory of an adapter (nmt finetune --adapter) that was trained beside this model",
  },
} satisfies Record<string, Options>;

export function adapterOf({ adapter }: { adapter: string | undefined }): { adapter?: string } {
  return adapter === undefined ? {} : { adapter };
}

export function engineOf<Precision>({
  backend,
  threads,
  precision,
}: Omit<EngineArguments, "precision"> & { precision: Precision }) {
  return { backend, threads, precision };
}

/** The same for one rank of a job: `--threads 0` is its share of the machine's processors. */
export async function engineOfRank<Precision>(
  args: Omit<EngineArguments, "precision"> & { precision: Precision },
  ranks: Communicator,
) {
  const engine = engineOf(args);
  if (ranks.size === 1 || engine.threads > 0) return engine;
  return { ...engine, threads: await threadsOfRank(ranks) };
}
