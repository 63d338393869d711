/**
 * Two ranks of one thread each beside one, with the same batch in all, in turn; and beside PyTorch on as many processes: DistributedDataParallel over
 * Gloo, and its all-to-all for rows on their way to experts.
 */
import { join } from "node:path";
import { benchmark, type Child, type Json } from "./child.ts";
import { LAUNCH, onRanks } from "./cluster/launch.ts";
import { type Row, rounded } from "./figures.ts";
import { inTurn } from "./in-turn.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { readOptions } from "./options.ts";
import { childEnvironment, KEPT_MEMORY, packageVersion } from "./peer-environment.ts";

const defaults = {
  launch: LAUNCH,
  experts: "dense,16,256",
  ranks: 2,
  threads: 1,
  /** Sentences of a step on all ranks. */
  batch: 64,
  len: 25,
  steps: 20,
  rounds: 1,
  /** Empty: without PyTorch. */
  python: "python3",
} as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { launch, ranks, threads, batch, len, steps, rounds, python } = options;
  const env = childEnvironment(process.env, threads);
  const torch =
    python === ""
      ? undefined
      : packageVersion(python, "torch", env, "pip install torch, or --python= to leave it out.");
  const rows: Row[] = [];
  let machine: Json = {};
  for (const model of options.experts.split(",")) {
    const sizes = model === "dense" ? ["--no-moe"] : ["--experts", model];
    const step = (sentences: number) => [
      ...sizes,
      ...["--batch", String(sentences), "--len", String(len), "--steps", String(steps), "--threads", String(threads)],
    ];
    const each = batch / ranks;
    const contenders: Record<string, Child> = {
      one: benchmark("train-step", step(batch), env),
      ranks: onRanks(launch, ranks, "train-step", step(each)),
      ...(torch !== undefined && { ddp: ddp(python, ranks, step(each), env) }),
    };
    const figures = await inTurn(contenders, Math.max(1, rounds), model);
    const ms = (who: string) => median(figures[who]!.map((result) => Number(result["ms"])));
    machine = figures["ranks"]![0]!;
    rows.push({
      model: model === "dense" ? "dense" : `${model} experts`,
      one_ms: rounded(ms("one")),
      ranks_ms: rounded(ms("ranks")),
      efficiency: rounded(ms("one") / (ranks * ms("ranks")), 3),
      tgt_tok_s: Math.round((1000 * batch * len) / ms("ranks")),
      ...(figures["ddp"] && {
        pytorch_ddp_tok_s: Math.round((1000 * batch * len) / ms("ddp")),
        times_pytorch: rounded(ms("ddp") / ms("ranks"), 2),
      }),
    });
  }
  return {
    ...{ ranks, threads, batch, steps, rounds, isa: String(machine["isa"]), transport: String(machine["transport"]) },
    ...(torch !== undefined && { torch }),
    models: rows,
  };
};

/** PyTorch's own launcher, on this machine. */
function ddp(python: string, ranks: number, step: readonly string[], env: NodeJS.ProcessEnv): Child {
  const peer = join(import.meta.dirname, "peers", "train_step.py");
  const launcher = ["-m", "torch.distributed.run", "--standalone", `--nproc-per-node=${ranks}`];
  return { command: python, args: [...launcher, peer, ...step], env: { ...env, ...KEPT_MEMORY } };
}
