/**
 * PyTorch beside ours on the same training step: for each model and precision the two run in turn, several rounds, each in a process
 * of its own, PyTorch in its fastest mode and told to keep its memory. Writes the table of docs/performance.md.
 */
import { existsSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { writeFileAtomic } from "../src/base/atomic-file.ts";
import { UsageError } from "../src/base/errors.ts";
import { benchmark, type Json } from "./child.ts";
import { rounded } from "./figures.ts";
import { inTurn } from "./in-turn.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { readOptions } from "./options.ts";
import { childEnvironment, KEPT_MEMORY, packageVersion, settingsText } from "./peer-environment.ts";
import { fastestMode, modeName, type PeerMode, peerChild, peerModes } from "./peer-modes.ts";
import { type Comparison, comparisonRow, peersTable, replaceBetweenMarkers } from "./peers-table.ts";

const defaults = {
  python: "python3",
  peer: join(import.meta.dirname, "peers", "train_step.py"),
  experts: "dense,16,64,256",
  precisions: "f32,bf16",
  /** Ways PyTorch may be fastest in. */
  modes: "eager,compile",
  rounds: 3,
  steps: 5,
  threads: 2,
  /** Also the same model on TensorFlow's own Node package. */
  "tfjs-node": false,
  /** Empty writes no file. */
  write: join(import.meta.dirname, "..", "docs", "performance.md"),
} as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { python, peer, rounds, steps, threads } = options;
  const modes = peerModes(options.modes, threads);
  const env = childEnvironment(process.env, threads);
  const torch = packageVersion(
    python,
    "torch",
    env,
    "pip install torch, or name a Python that has it with --python PATH.",
  );
  if (options.write !== "" && !existsSync(options.write)) {
    throw new UsageError(`${options.write} does not exist`, {
      where: "--write",
      nextStep: "Name a file with peers:begin and peers:end comments, or give --write= to write none.",
    });
  }
  const comparisons: Comparison[] = [];
  let machine: Json = {};
  for (const model of options.experts.split(",")) {
    for (const precision of precisionsOf(options.precisions)) {
      const step = [...modelArguments(model), ...(precision === "bf16" ? ["--bf16"] : [])];
      const args = ["--steps", String(steps), ...step];
      const own = [...args, "--threads", String(threads)];
      const withTensorflow = options["tfjs-node"] && precision === "f32";
      const mode = await fastestMode(modes, (each) => peerChild(python, peer, ["--steps", "2", ...step], each));
      const figures = await inTurn(
        {
          ours: benchmark("train-step", own, env),
          theirs: peerChild(python, peer, args, mode),
          ...(withTensorflow && { tfjsNode: benchmark("train-step", [...own, "--backend", "tfjs-node"], env) }),
        },
        Math.max(1, rounds),
        `${model} ${precision}`,
      );
      machine = { ...machine, ...figures["ours"]![0] };
      comparisons.push(comparison(model, precision, mode, figures));
    }
  }
  const circumstances = {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? "unknown processor",
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${release()}`,
    isa: String(machine["isa"]),
    threads,
    peerSettings: settingsText(KEPT_MEMORY),
    versions: `Node.js ${process.versions.node}, PyTorch ${torch}`,
    runs: `medians over ${rounds} × ${steps} steps`,
  };
  if (options.write !== "") {
    const table = peersTable(comparisons, circumstances);
    writeFileAtomic(options.write, replaceBetweenMarkers(readFileSync(options.write, "utf8"), "peers", table));
  }
  return { ...circumstances, written: options.write, models: comparisons.map(comparisonRow) };
};

function comparison(
  model: string,
  precision: "f32" | "bf16",
  mode: PeerMode,
  figures: Record<string, Json[]>,
): Comparison {
  const rates = (who: string) => figures[who]!.map((each) => Number(each["tgt_tok_s"]));
  const theirs = rates("theirs");
  const middle = (who: string, key: string) => median(figures[who]!.map((each) => Number(each[key])));
  return {
    model: model === "dense" ? "dense" : `${model} experts`,
    precision,
    parameters: middle("ours", "params_m"),
    ours: middle("ours", "tgt_tok_s"),
    theirs: middle("theirs", "tgt_tok_s"),
    ratios: rates("ours").map((rate, round) => rate / theirs[round]!),
    peerMode: modeName(mode),
    ...(figures["tfjsNode"] && { tfjsNode: middle("tfjsNode", "tgt_tok_s") }),
    peakShare: rounded(middle("ours", "peak_share")),
    memoryGiB: middle("ours", "max_rss_gib"),
  };
}

function modelArguments(model: string): string[] {
  if (model === "dense") return ["--no-moe"];
  if (Number.isInteger(Number(model)) && Number(model) > 0) return ["--experts", model];
  throw new UsageError(`--experts knows "dense" and numbers, not "${model}"`, {
    nextStep: "For example --experts dense,16,64,256.",
  });
}

function precisionsOf(list: string): ("f32" | "bf16")[] {
  return list.split(",").map((precision) => {
    if (precision === "f32" || precision === "bf16") return precision;
    throw new UsageError(`there is no precision "${precision}"`, { nextStep: "Use --precisions f32,bf16." });
  });
}
