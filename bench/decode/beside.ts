/**
 * A trained model on real sentences: ours, PyTorch and ONNX Runtime on the same weights, and Marian on a model of its own, in turn,
 * several rounds. Each is loaded before and chooses its best setting on a sample; neither is counted.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type BackendName, inferencePrecisions } from "../../src/base/engine-names.ts";
import { UsageError } from "../../src/base/errors.ts";
import type { InferenceOptions } from "../../src/inference/open-model.ts";
import { readText } from "../corpus.ts";
import type { Figures } from "../figures.ts";
import { numberList, type Options, readOptions } from "../options.ts";
import { packageVersion } from "../peer-environment.ts";
import type { Contender } from "./contender.ts";
import { type DecodeJob, makeJob } from "./job.ts";
import { marianContender } from "./marian.ts";
import { measuredRows } from "./measured.ts";
import { onnxContenders, ownContenders, pytorchContenders } from "./process-contender.ts";
import { measureInTurn } from "./rounds.ts";

const defaults = {
  model: "",
  src: "",
  "tgt-lang": "",
  beam: "1,5",
  rounds: 3,
  backend: "native",
  threads: 2,
  precision: "f32",
  /** Our batches; those of peers are chosen among `batches`. */
  batch: 64,
  batches: "16,64,128",
  /** About so many sentences choose a peer's setting. */
  sample: 256,
  /** Ours with the model's shortlist beside ours without: "FIRST BEST", or "all" for all of it. Empty for none. */
  shortlist: "",
  /** Empty for no peer in Python. */
  python: "",
  peers: "pytorch,onnxruntime",
  /** PyTorch's, of which the best is chosen. */
  modes: "eager,jit,compile",
  program: join(import.meta.dirname, "..", "peers", "decode.py"),
  /** Empty for none. */
  marian: "",
  "marian-model": "",
  /** Line by line what `src` has, as Marian's model wants it; empty for `src` itself. */
  "marian-src": "",
  "marian-options": "",
} as const;

type BesideOptions = Options<typeof defaults>;

export async function decodeBeside(argv: readonly string[]): Promise<Figures> {
  const options = readOptions(argv, defaults);
  const beams = beamsOf(options.beam);
  const folder = mkdtempSync(join(tmpdir(), "bench-decode-"));
  try {
    const job = makeJob(options.model, options.src, options["tgt-lang"], folder);
    const contenders = await contendersOf(options, job, beams, folder);
    const every = Math.max(1, Math.floor(job.lines.length / Math.max(1, options.sample)));
    const measured = await measureInTurn(contenders, beams, every, Math.max(1, options.rounds));
    return {
      ...{ model: options.model, src: options.src, sentences: job.lines.length },
      ...{ processor: cpus()[0]?.model.trim() ?? "unknown", threads: options.threads, rounds: options.rounds },
      length_penalty: job.lengthPenalty,
      versions: [...new Set(measured.map(({ version }) => version))].join("; "),
      rows: measuredRows(measured),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function contendersOf(
  options: BesideOptions,
  job: DecodeJob,
  beams: readonly number[],
  folder: string,
): Promise<Contender[]> {
  const { model, threads, batch, python, program, marian } = options;
  const wanted = chosenOf("precision", options.precision, knownPrecisions);
  const batches = numberList("batches", options.batches).map((size) => Math.max(1, size));
  const backend = options.backend as BackendName;
  const contenders = ownContenders(job, wanted, {
    model,
    targetLanguage: options["tgt-lang"],
    backend,
    threads,
    batch,
    shortlist: shortlistOf(options.shortlist),
  });
  if (python !== "") {
    const peers = chosenOf("peers", options.peers, Object.keys(packages));
    const modes = chosenOf("modes", options.modes, ["eager", "jit", "compile"]);
    for (const name of peers) requirePackages(python, name);
    const shared = { python, program, threads, beams, batches, modes, folder };
    if (peers.includes("pytorch")) contenders.push(...pytorchContenders(job, wanted, shared));
    if (peers.includes("onnxruntime")) contenders.push(...(await onnxContenders(job, wanted, shared)));
  }
  if (marian !== "") {
    const { lengthPenalty } = job;
    const lines = marianLines(options["marian-src"], job, options.src);
    const its = { marian, model: options["marian-model"], extra: options["marian-options"] };
    contenders.push(marianContender({ ...its, threads, batches, lengthPenalty, lines, folder }));
  }
  return contenders;
}

function shortlistOf(text: string): InferenceOptions["shortlist"] {
  if (text === "") return undefined;
  if (text === "all") return {};
  const [first, best] = numberList("shortlist", text.replace(" ", ","));
  return { ...(first !== undefined && { first }), ...(best !== undefined && { best }) };
}

/** Lines in the form of Marian's model, those that ours translates. */
function marianLines(path: string, job: DecodeJob, src: string): readonly string[] {
  if (path === "") return job.lines;
  const { lines } = readText(path);
  const expected = readText(src).lines.length;
  if (lines.length === expected) return job.indices.map((i) => lines[i]!);
  throw new UsageError(`${path} has ${lines.length} lines, ${src} has ${expected}`, {
    where: "--marian-src",
    nextStep: "Give the same sentences in the form that Marian's model was trained on.",
  });
}

function beamsOf(text: string): number[] {
  const beams = numberList("beam", text);
  if (beams.every((beam) => beam >= 1)) return [...new Set(beams)];
  throw new UsageError(`there is no beam of 0 in "${text}"`, { where: "--beam", nextStep: "1 is greedy search." });
}

/** What any contender knows; and ours. */
const knownPrecisions: readonly string[] = inferencePrecisions;

const packages: Record<string, readonly string[]> = {
  pytorch: ["torch"],
  onnxruntime: ["torch", "onnx", "onnxruntime"],
};

/** Names with commas between, each once. Throws UsageError for another than these. */
function chosenOf(option: string, list: string, known: readonly string[]): string[] {
  const names = [...new Set(list.split(","))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`--${option} knows no "${unknown}"`, { nextStep: `Use ${known.join(",")}, or some of them.` });
}

function requirePackages(python: string, peer: string): void {
  const nextStep = `pip install ${packages[peer]!.join(" ")}, or leave ${peer} out of --peers.`;
  for (const name of packages[peer]!) packageVersion(python, name, process.env, nextStep);
}
