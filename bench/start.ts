/**
 * Starts of `nmt translate`, as built in `dist`: from the start of the process to the first translation and to its end, processor time and memory, in turn
 * with a program of Node that does nothing. With `--experts N` of a model of random weights, as large as N experts of 1,024 in two layers make it.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../src/base/errors.ts";
import { openModelDirectory } from "../src/checkpoint/model-directory.ts";
import { builtCommand } from "./built-command.ts";
import { readText } from "./corpus.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { type ProcessRun, runProcess } from "./measured-process.ts";
import { readOptions } from "./options.ts";
import { writeRandomModel } from "./random-model.ts";

const defaults = {
  model: "",
  src: "",
  lines: 1,
  precision: "stored",
  threads: 0,
  "beam-size": 5,
  runs: 15,
  experts: 0,
} as const;

const SENTENCE = "A dog runs in the snow.";
const MIB = 2 ** 20;

/** `--src FILE` has the sentences, of which each start gets `--lines`; without it, one. */
export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  if (options.model === "") {
    throw new UsageError("no model is given", { nextStep: "Add --model DIR, of a model that nmt train wrote." });
  }
  const command = builtCommand();
  const lines = options.src === "" ? [SENTENCE] : readText(options.src).lines.slice(0, options.lines);
  const folder = options.experts === 0 ? undefined : mkdtempSync(join(tmpdir(), "bench-start-"));
  try {
    if (folder !== undefined) await writeRandomModel(options.model, folder, { experts: options.experts });
    const directory = folder ?? options.model;
    const translate = [command, "translate", "--model", directory, "--beam_size", String(options["beam-size"])];
    const how = ["--precision", options.precision, "--threads", String(options.threads)];
    const programs = { "nmt translate": [...translate, ...how], nothing: ["-e", "0"] };
    const runs = new Map(Object.keys(programs).map((name) => [name, [] as ProcessRun[]]));
    for (let i = 0; i <= Math.max(1, options.runs); i++) {
      for (const [name, words] of Object.entries(programs)) {
        const result = await runProcess(words, `${lines.join("\n")}\n`);
        if (i > 0) runs.get(name)!.push(result); // The first one brings the files into memory.
      }
    }
    const weightsMib = statSync(openModelDirectory(directory).weightsPath).size / MIB;
    const rows = [...runs].map(([program, all]) => rowOf(program, all, weightsMib));
    return { runs: options.runs, lines: lines.length, weights_mib: rounded(weightsMib), starts: rows };
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
};

/** Medians over the runs. */
function rowOf(program: string, all: readonly ProcessRun[], weightsMib: number): Row {
  const of = (value: (run: ProcessRun) => number) => median(all.map(value));
  const rssMib = of(({ rssBytes }) => rssBytes) / MIB;
  const first = all.every(({ firstMs }) => firstMs !== undefined) ? rounded(of(({ firstMs }) => firstMs!)) : undefined;
  return {
    program,
    first_line_ms: first,
    end_ms: rounded(of(({ endMs }) => endMs)),
    fastest_end_ms: rounded(Math.min(...all.map(({ endMs }) => endMs))),
    cpu_ms: rounded(of(({ cpuMs }) => cpuMs)),
    rss_mib: rounded(rssMib),
    rss_over_weights: rounded(rssMib / weightsMib, 2),
  };
}
