/** `npm run bench -- NAME [options] --json`: runs one benchmark and prints its figures. */
import { formatError, NmtError, UsageError } from "../src/base/errors.ts";
import { launcherOf } from "../src/parallel/mpi/launcher.ts";
import { type Figures, formatFigures } from "./figures.ts";

/** Each benchmark takes its own options and returns figures by name. */
export type Benchmark = (argv: readonly string[]) => Promise<Figures>;

const benchmarks: Record<string, () => Promise<{ run: Benchmark }>> = {
  gemm: () => import("./gemm.ts"),
  "lstm-layer": () => import("./lstm-layer.ts"),
  attention: () => import("./attention.ts"),
  "word-alignment": () => import("./word-alignment.ts"),
  "softmax-xent": () => import("./softmax-xent.ts"),
  "expert-ffn": () => import("./expert-ffn.ts"),
  "train-step": () => import("./train-step.ts"),
  "experts-scaling": () => import("./experts-scaling.ts"),
  vocab: () => import("./vocab.ts"),
  encode: () => import("./encode.ts"),
  prepare: () => import("./prepare.ts"),
  decode: () => import("./decode.ts"),
  import: () => import("./import.ts"),
  adapters: () => import("./adapters.ts"),
  start: () => import("./start.ts"),
  "cold-experts": () => import("./cold-experts.ts"),
  stream: () => import("./stream.ts"),
  detect: () => import("./detect.ts"),
  marks: () => import("./marks.ts"),
  glossary: () => import("./glossary.ts"),
  stops: () => import("./stops.ts"),
  serve: () => import("./serve.ts"),
  peers: () => import("./peers.ts"),
  link: () => import("./link.ts"),
  ranks: () => import("./ranks.ts"),
  "cluster-model": () => import("./cluster-model.ts"),
  "cluster-check": () => import("./cluster-check.ts"),
};

async function main([name, ...options]: readonly string[]): Promise<void> {
  const load = name === undefined ? undefined : benchmarks[name];
  if (load === undefined) {
    throw new UsageError(name === undefined ? "no benchmark named" : `there is no benchmark "${name}"`, {
      nextStep: `Use one of ${Object.keys(benchmarks).join(", ")}.`,
    });
  }
  const figures = await (await load()).run(options.filter((option) => option !== "--json"));
  // Of several ranks one tells.
  if ((launcherOf(process.env)?.rank ?? 0) > 0) return;
  const text = options.includes("--json") ? JSON.stringify(figures) : formatFigures(figures);
  process.stdout.write(`${text}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = error instanceof NmtError ? 2 : 1;
}
