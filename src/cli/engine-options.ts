/** Options of the commands that run a model: which backend, how many threads, which precision. */
import type { Options } from "yargs";
import type { EngineOptions } from "../backends/select.ts";
import { type BackendName, backendNames, type Precision } from "../base/engine-names.ts";
import { MOST_THREADS } from "../base/threads.ts";

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

export function engineOf({ backend, threads, precision }: EngineArguments): EngineOptions {
  return { backend, threads, precision };
}
