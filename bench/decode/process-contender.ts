/** Contenders that load once and stay: ours, and the peers in Python. */
import { join } from "node:path";
import {
  type BackendName,
  type InferencePrecision,
  inferencePrecisions,
  precisions,
} from "../../src/base/engine-names.ts";
import type { InferenceOptions } from "../../src/inference/open-model.ts";
import { type Child, runChild } from "../child.ts";
import { childEnvironment, KEPT_MEMORY } from "../peer-environment.ts";
import { AnsweringProcess } from "./answering-process.ts";
import { type Contender, layouts, type Opened, type Output, type Run, type Setting } from "./contender.ts";
import type { DecodeJob } from "./job.ts";
import type { OwnProcess } from "./own-child.ts";

export interface OwnOptions {
  model: string;
  targetLanguage: string;
  backend: BackendName;
  threads: number;
  batch: number;
  /** With the model's shortlist too, or as much of it as this says. */
  shortlist: InferenceOptions["shortlist"];
}

/** Ours in each of these precisions that it knows, and each with a shortlist where one is wanted. */
export function ownContenders(job: DecodeJob, wanted: readonly string[], options: OwnOptions): Contender[] {
  const { shortlist, backend } = options;
  const known = backend === "native" ? inferencePrecisions : precisions;
  const precision = known.filter((name) => wanted.includes(name));
  const own = precision.map((name) => ownContender(job, name, options));
  if (shortlist === undefined) return own;
  return [...own, ...precision.map((name) => ownContender(job, name, options, shortlist))];
}

function ownContender(
  job: DecodeJob,
  precision: InferencePrecision,
  { model, targetLanguage, backend, threads, batch }: OwnOptions,
  shortlist?: InferenceOptions["shortlist"],
): Contender {
  const name = shortlist === undefined ? "ours" : "ours, shortlist";
  return {
    ...{ name, precision, batches: [batch], settings: [{ mode: "", processes: 1, threads }] },
    open: (setting) => {
      const how: OwnProcess = { model, textFile: job.textFile, targetLanguage, backend, threads, precision, shortlist };
      const args = ["--import", "tsx", join(import.meta.dirname, "own-child.ts"), JSON.stringify(how)];
      const env = childEnvironment(process.env, threads);
      return openProcesses({ command: process.execPath, args, env }, setting.processes, job);
    },
  };
}

export interface PythonOptions {
  python: string;
  /** A program like bench/peers/decode.py. */
  program: string;
  threads: number;
  beams: readonly number[];
  batches: readonly number[];
  /** PyTorch's: eager, jit, compile. */
  modes: readonly string[];
  /** Where exported models go for a while. */
  folder: string;
}

/** PyTorch in each of these precisions: eagerly, with a traced step or a compiled one. */
export function pytorchContenders(job: DecodeJob, wanted: readonly string[], options: PythonOptions): Contender[] {
  return wanted.map((precision) => ({
    ...{ name: "PyTorch", precision, batches: options.batches },
    settings: options.modes.flatMap((mode) => layouts(options.threads, mode)),
    open: (setting) => openPython(job, { engine: "pytorch", precision }, setting, options),
  }));
}

/** ONNX Runtime in each of these precisions that it has on a CPU; the model is exported for it first. */
export async function onnxContenders(
  job: DecodeJob,
  wanted: readonly string[],
  options: PythonOptions,
): Promise<Contender[]> {
  const { python, program, folder, beams } = options;
  const known = wanted.filter((precision) => precision === "f32" || precision === "int8");
  if (known.length === 0) return [];
  const how = { job: job.peerFile, folder, precisions: known, beams };
  await runChild({ command: python, args: [program, "--export", JSON.stringify(how)] });
  return known.map((precision) => ({
    ...{ name: "ONNX Runtime", precision, batches: options.batches, settings: layouts(options.threads) },
    open: (setting) => openPython(job, { engine: "onnxruntime", precision }, setting, options),
  }));
}

function openPython(
  job: DecodeJob,
  what: { engine: string; precision: string },
  { mode, processes, threads }: Setting,
  { python, program, folder, beams }: PythonOptions,
): Promise<Opened> {
  const how = { job: job.peerFile, ...what, mode, threads, beams, folder };
  const env = { ...childEnvironment(process.env, threads), ...KEPT_MEMORY };
  return openProcesses({ command: python, args: [program, JSON.stringify(how)], env }, processes, job);
}

/** Starts the same program so many times; a run ends when the last has done its share. */
async function openProcesses(child: Child, count: number, job: DecodeJob): Promise<Opened> {
  const started = performance.now();
  const processes = Array.from({ length: count }, () => new AnsweringProcess(child));
  const close = async () => void (await Promise.all(processes.map((each) => each.close())));
  try {
    const greetings = await Promise.all(processes.map((each) => each.answer()));
    const readySeconds = (performance.now() - started) / 1000;
    const translate = async (run: Run) => {
      const before = performance.now();
      await Promise.all(processes.map((each, part) => each.ask({ ...run, part, parts: count })));
      return (performance.now() - before) / 1000;
    };
    const outputs = async () => {
      const answers = await Promise.all(processes.map((each) => each.ask({ outputs: true })));
      const found = answers.flatMap((answer) => answer["outputs"] as [number, number[]][]);
      return new Map(
        found.map(([index, pieces]): [number, Output] => [index, { text: job.wordpieces.decode(pieces), pieces }]),
      );
    };
    return { readySeconds, version: String(greetings[0]!["ready"]), translate, outputs, close };
  } catch (error) {
    await close();
    throw error;
  }
}
