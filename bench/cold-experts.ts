/**
 * `nmt translate --expert_memory`, as built in `dist`: speed and memory at several bounds, as shares of what all experts take, beside having all in memory.
 * The model has random weights, and random gates: each position chooses any of the experts, so that none is worth keeping more than another.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NmtError, UsageError } from "../src/base/errors.ts";
import { builtCommand } from "./built-command.ts";
import { readText } from "./corpus.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { type ProcessRun, runProcess } from "./measured-process.ts";
import { readOptions } from "./options.ts";
import { RANDOM_EXPERT_HIDDEN, RANDOM_WIDTH, writeRandomModel } from "./random-model.ts";

const defaults = {
  model: "",
  src: "",
  lines: 64,
  experts: 256,
  quantized: false,
  shares: "1,0.5,0.25",
  threads: 2,
  "beam-size": 1,
  "batch-size": 64,
  "max-length": 20,
  "no-unbounded": false,
} as const;

const MIB = 2 ** 20;
const LAYERS = 2;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  if (options.model === "" || options.src === "") {
    throw new UsageError("a model or a text is missing", {
      nextStep: "Add --model DIR, of a model that nmt train wrote, and --src FILE.",
    });
  }
  const command = builtCommand();
  const lines = readText(options.src).lines.slice(0, options.lines);
  const folder = mkdtempSync(join(tmpdir(), "bench-cold-experts-"));
  try {
    await writeRandomModel(options.model, folder, options);
    const weights = join(folder, "model.safetensors");
    const bytes = options.experts * LAYERS * 2 * RANDOM_WIDTH * RANDOM_EXPERT_HIDDEN * (options.quantized ? 1 : 4);
    const translate = async (input: readonly string[], output: string, bound?: number) => {
      const words = [command, "translate", "--model", folder, "--output", join(folder, output)];
      const how = ["threads", "beam-size", "batch-size", "max-length"] as const;
      const given = how.flatMap((name) => [`--${name.replace("-", "_")}`, String(options[name])]);
      const memory = bound === undefined ? [] : ["--expert_memory", `${bound}B`];
      return runProcess([...words, ...given, ...memory], `${input.join("\n")}\n`);
    };
    const opening = await translate([""], "nothing");
    const rows: Row[] = [];
    let expected: Buffer | undefined;
    const shares = options.shares.split(",").map(Number);
    for (const share of options["no-unbounded"] ? shares : [undefined, ...shares]) {
      const bound = share === undefined ? undefined : Math.round(share * bytes);
      const measured = await translate(lines, "out", bound);
      const output = readFileSync(join(folder, "out"));
      expected ??= output;
      if (!output.equals(expected)) throw new NmtError(`with ${share} of the experts in memory other bytes came out`);
      rows.push(rowOf(measured, opening, lines.length, share, bound));
    }
    const sizes = { file_mib: rounded(statSync(weights).size / MIB), experts_mib: rounded(bytes / MIB) };
    return { ...sizes, lines: lines.length, opening_ms: rounded(opening.endMs), bounds: rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Times without what opening the model takes. */
function rowOf(measured: ProcessRun, opening: ProcessRun, lines: number, share?: number, bound?: number): Row {
  const [, read, uses] = /experts: (\d+) of (\d+) uses/.exec(measured.log) ?? [];
  return {
    bound: share === undefined ? "none" : String(share),
    bound_mib: bound === undefined ? undefined : rounded(bound / MIB),
    sentences_per_second: rounded((1000 * lines) / (measured.endMs - opening.endMs), 3),
    rss_mib: rounded(measured.rssBytes / MIB),
    read_percent: uses === undefined ? undefined : rounded((100 * Number(read)) / Number(uses)),
  };
}
