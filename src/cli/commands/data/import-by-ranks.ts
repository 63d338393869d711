/** The pairs of many files, read by all ranks of a job: each rank takes a file, and rank 0 puts together what they have found. */
import { createReadStream, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { AtomicFile, removeLeftovers } from "../../../base/atomic-file.ts";
import type { ImportOptions } from "../../../corpora/formats/importer.ts";
import type { FoundInput } from "../../../corpora/importing/find-inputs.ts";
import { importPairs, type LinesOfPairs } from "../../../corpora/importing/import-pairs.ts";
import { addFile, emptyReport, type FileReport, type ImportReport } from "../../../corpora/importing/import-report.ts";
import type { Communicator } from "../../../parallel/communicator.ts";
import { followWork, LedWork, ledInOrder } from "../../../parallel/led-work.ts";
import { oneEach } from "../../../parallel/parts.ts";

/** A file that a rank has read, whose lines lie in two others until rank 0 takes them. */
interface ReadInput {
  report: FileReport;
  source: string;
  target: string;
}

/** Between the ranks that read and rank 0: a folder that all see. */
const PARTS = ".ranks";

/** What a rank other than 0 does: reads the inputs that rank 0 names by their places in `inputs`, which are the same on all. */
export async function followImport(
  ranks: Communicator,
  folder: string,
  inputs: readonly FoundInput[],
  options: ImportOptions,
): Promise<void> {
  await followWork(ranks, readInputs(folder, inputs, options));
}

/** As `importPairs`, on rank 0. The folder is seen by all ranks. */
export async function* importByRanks(
  ranks: Communicator,
  folder: string,
  inputs: readonly FoundInput[],
  options: ImportOptions,
  report: ImportReport,
): AsyncGenerator<LinesOfPairs<Uint8Array>> {
  const { size } = ranks;
  const led = new LedWork(ranks, readInputs(folder, inputs, options));
  async function* rounds() {
    const places = [...inputs.keys()];
    for (let first = 0; first < places.length; first += size) yield places.slice(first, first + size);
  }
  for await (const round of ledInOrder(led, rounds(), (places) => oneEach(places, size))) {
    for (const read of round.flat()) {
      yield* linesOf(read);
      addFile(report, read.report);
    }
  }
  await led.end();
  rmSync(join(folder, PARTS), { recursive: true, force: true });
}

function readInputs(folder: string, inputs: readonly FoundInput[], options: ImportOptions) {
  return async (places: number[]): Promise<ReadInput[]> => {
    const read: ReadInput[] = [];
    for (const place of places) read.push(await readInput(inputs[place]!, join(folder, PARTS, String(place)), options));
    return read;
  };
}

async function readInput(input: FoundInput, path: string, options: ImportOptions): Promise<ReadInput> {
  const paths = { source: `${path}.source`, target: `${path}.target` };
  mkdirSync(dirname(path), { recursive: true });
  for (const name of [paths.source, paths.target]) removeLeftovers(name);
  const [source, target] = [new AtomicFile(paths.source), new AtomicFile(paths.target)];
  try {
    const report = emptyReport();
    for await (const lines of importPairs([input], options, report)) {
      source.append(lines.source);
      target.append(lines.target);
    }
    source.commit();
    target.commit();
    return { report: report.files[0]!, ...paths };
  } finally {
    source.abort();
    target.abort();
  }
}

async function* linesOf({ report, source, target }: ReadInput): AsyncGenerator<LinesOfPairs<Uint8Array>> {
  const none = new Uint8Array(0);
  for await (const bytes of createReadStream(source)) yield { count: 0, source: bytes, target: none };
  for await (const bytes of createReadStream(target)) yield { count: 0, source: none, target: bytes };
  yield { count: report.pairs, source: none, target: none };
  for (const path of [source, target]) rmSync(path);
}
