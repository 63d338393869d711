/**
 * A training step with more and more experts of which each position uses the same number: the arithmetic stays, the parameters grow.
 * Each size runs in a process of its own, so that its peak memory is its own.
 */
import { totalmem } from "node:os";
import { log } from "../src/base/logger.ts";
import { benchmark, runChild } from "./child.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { numberList, readOptions } from "./options.ts";

const defaults = {
  experts: "4,16,64,256,1024,4096",
  tokens: 16384,
  len: 32,
  "expert-hidden": 1024,
  hidden: 512,
  vocab: 8000,
  k: 2,
  /** A hierarchy has about as many groups as experts in each: with thousands of experts a flat gate's own products count. */
  gating: "noisy_top_k",
  "groups-k": 2,
  steps: 5,
  threads: 2,
  bf16: false,
} as const;

/** Weights in f32. Factored Adam within the backward pass needs neither gradients nor moments of their size. */
const BYTES_PER_PARAMETER = 4;
const LAYERS = 2;

const names = ["len", "expert-hidden", "hidden", "vocab", "k", "gating", "groups-k", "steps", "threads"] as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { tokens, len, hidden, bf16, threads } = options;
  const batch = Math.max(1, Math.round(tokens / len));
  const shared = names.flatMap((name) => [`--${name}`, String(options[name])]);
  const rows: Row[] = [];
  for (const experts of numberList("experts", options.experts)) {
    const bytes = LAYERS * experts * 2 * hidden * options["expert-hidden"] * BYTES_PER_PARAMETER;
    if (bytes > 0.9 * totalmem()) {
      rows.push({ experts, note: `left out: needs ${rounded(bytes / 2 ** 30)} GiB` });
      continue;
    }
    log.info(`${experts} experts …`);
    const own = ["--experts", String(experts), "--groups", String(2 ** Math.round(Math.log2(experts) / 2))];
    const sizes = [...own, "--batch", String(batch), ...shared, ...(bf16 ? ["--bf16"] : [])];
    rows.push(rowOf(await runChild(benchmark("train-step", sizes)), rows[0]));
  }
  return {
    tokens: batch * len,
    k: options.k,
    gating: options.gating,
    "expert-hidden": options["expert-hidden"],
    threads,
    bf16,
    sizes: rows,
  };
};

/** `times` is the step's time over that of the first size. */
function rowOf(figures: Record<string, unknown>, first: Row | undefined): Row {
  const number = (name: string) => Number(figures[name]);
  const ms = number("ms");
  return {
    experts: number("experts"),
    params_m: number("params_m"),
    ms,
    times: rounded(first === undefined ? 1 : ms / Number(first["ms"]), 2),
    tgt_tok_s: number("tgt_tok_s"),
    peak_share: number("peak_share"),
    memory_share: number("memory_share"),
    max_rss_gib: number("max_rss_gib"),
  };
}
