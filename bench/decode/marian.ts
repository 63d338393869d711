/** Marian's decoder on a model of its own: a process each run, whose own clock starts when the model is loaded. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BackendError, DataError, UsageError } from "../../src/base/errors.ts";
import type { Contender, Opened, Output, Run, Setting } from "./contender.ts";

export interface MarianOptions {
  /** The program. */
  marian: string;
  /** A `.decoder.yml` that training wrote, or its directory. */
  model: string;
  /** Further options, parted by spaces. */
  extra: string;
  threads: number;
  batches: readonly number[];
  lengthPenalty: number;
  /** What it reads, in the form that its model was trained on. */
  lines: readonly string[];
  /** For a run's input and output. */
  folder: string;
}

export function marianContender(options: MarianOptions): Contender {
  const config = decoderConfig(options.model);
  const counts = options.threads === 1 ? [1] : [1, options.threads];
  return {
    ...{ name: "Marian", precision: "f32", batches: options.batches },
    settings: counts.map((threads) => ({ mode: "", processes: 1, threads })),
    open: async (setting) => openMarian(options, config, setting),
  };
}

/** Throws UsageError where there is none, or several. */
function decoderConfig(model: string): string {
  if (!existsSync(model)) {
    throw new UsageError("Marian needs a model of its own", {
      where: model === "" ? "--marian-model" : model,
      nextStep: "Give its decoder.yml, or the directory it is in, with --marian-model.",
    });
  }
  if (!statSync(model).isDirectory()) return model;
  const found = readdirSync(model).filter((name) => name.endsWith("decoder.yml"));
  if (found.length === 1) return join(model, found[0]!);
  throw new UsageError(`there are ${found.length} files *decoder.yml, not one`, {
    where: model,
    nextStep: "Name the file itself with --marian-model.",
  });
}

function openMarian(options: MarianOptions, config: string, setting: Setting): Opened {
  const { marian, lines, folder } = options;
  const [input, output] = [join(folder, "marian.in"), join(folder, "marian.out")];
  const opened = { readySeconds: 0, version: `Marian ${marianVersion(marian)}` };
  let every = 1;
  const translate = async (run: Run): Promise<number> => {
    every = run.every;
    const chosen = lines.filter((_, i) => i % every === 0);
    writeFileSync(input, chosen.map((line) => `${line}\n`).join(""));
    const started = performance.now();
    const seconds = await runMarian(marian, marianArguments(options, config, setting, run, input, output));
    opened.readySeconds = (performance.now() - started) / 1000 - seconds;
    return seconds;
  };
  const outputs = async () => {
    const found = readFileSync(output, "utf8").split("\n").slice(0, -1);
    return new Map(found.map((line, i): [number, Output] => [i * every, { text: line }]));
  };
  return Object.assign(opened, { translate, outputs, close: async () => {} });
}

/** As its users would write them; batches are sorted by length among all sentences. */
function marianArguments(
  { extra, lengthPenalty, lines }: MarianOptions,
  config: string,
  { threads }: Setting,
  { beam, batch }: Run,
  input: string,
  output: string,
): string[] {
  const sizes = ["--mini-batch", batch, "--maxi-batch", Math.ceil(lines.length / batch), "--maxi-batch-sort", "src"];
  return [
    ...["--config", config, "--input", input, "--output", output],
    ...["--cpu-threads", threads, "--beam-size", beam, "--normalize", lengthPenalty, ...sizes].map(String),
    ...extra.split(" ").filter((word) => word !== ""),
  ];
}

/** Seconds by its own clock. Throws BackendError where it fails, DataError where it doesn't say. */
async function runMarian(command: string, args: readonly string[]): Promise<number> {
  const where = [command, ...args].join(" ");
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [code, log] = await Promise.all([ended, text(child.stderr)]).catch((cause: unknown) => {
    throw new BackendError(`${command} could not be started`, { where, cause });
  });
  if (code !== 0) throw new BackendError(`${command} failed: ${log.trim().split("\n").slice(-3).join(" ")}`, { where });
  const total = /Total time: ([\d.]+)s/.exec(log)?.[1];
  if (total !== undefined) return Number(total);
  throw new DataError(`${command} did not log its total time`, {
    where,
    nextStep: "Leave --quiet and --log-level out of --marian-options.",
  });
}

function marianVersion(command: string): string {
  const { stdout, stderr } = spawnSync(command, ["--version"], { encoding: "utf8" });
  return /\d[\w.]*/.exec(`${stdout ?? ""}${stderr ?? ""}`)?.[0] ?? "of unknown version";
}
