/**
 * A translation memory as large as asked for, made from a text, read by `nmt data import` in a process of its own; with `--python` translate-toolkit reads
 * one of `--peer-mib` in turn, as it holds a file in memory whole.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { BackendError, UsageError } from "../src/base/errors.ts";
import { Random } from "../src/base/random.ts";
import { builtCommand } from "./built-command.ts";
import { readText } from "./corpus.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { median } from "./measure.ts";
import { runProcess } from "./measured-process.ts";
import { readOptions } from "./options.ts";

const defaults = {
  src: "",
  tgt: "",
  pair: "en-de",
  mib: 2048,
  rounds: 1,
  python: "",
  "peer-mib": 64,
  seed: 1,
} as const;

const MIB = 2 ** 20;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  if (options.src === "" || options.tgt === "") {
    throw new UsageError("no text is given", { nextStep: "Add --src FILE --tgt FILE, which the memory is made from." });
  }
  const command = builtCommand();
  const [source = "", target = ""] = options.pair.split("-");
  const texts = {
    sources: readText(options.src).lines,
    targets: readText(options.tgt).lines,
    languages: [source, target],
  };
  const folder = mkdtempSync(join(tmpdir(), "bench-import-"));
  try {
    const memory = join(folder, "memory.tmx");
    const units = await writeMemory(memory, options.mib * MIB, texts, new Random(options.seed));
    const small = join(folder, "small.tmx");
    const peer =
      options.python === ""
        ? undefined
        : await writeMemory(small, options["peer-mib"] * MIB, texts, new Random(options.seed));
    const ours: Measured[] = [];
    const theirs: Measured[] = [];
    for (let round = 0; round < Math.max(1, options.rounds); round++) {
      const output = join(folder, "imported");
      ours.push(await imported(command, memory, options.pair, output));
      rmSync(output, { recursive: true });
      if (peer !== undefined) theirs.push(readByPeer(options.python, small, source, target));
    }
    const rows = [rowOf("nmt data import", statSync(memory).size, units, ours)];
    if (peer !== undefined) rows.push(rowOf("translate-toolkit", statSync(small).size, peer, theirs));
    const rate = (all: readonly Measured[], bytes: number) => bytes / median(all.map(({ seconds }) => seconds));
    const over =
      peer === undefined ? undefined : rate(ours, statSync(memory).size) / rate(theirs, statSync(small).size);
    return {
      pair: options.pair,
      rounds: options.rounds,
      rows,
      ours_over: over === undefined ? undefined : rounded(over, 2),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Measured {
  seconds: number;
  rssBytes: number;
  pairs: number;
}

function rowOf(program: string, bytes: number, units: number, all: readonly Measured[]): Row {
  const seconds = median(all.map((each) => each.seconds));
  return {
    program,
    mib: rounded(bytes / MIB),
    units,
    pairs: all[0]!.pairs,
    seconds: rounded(seconds),
    mib_s: rounded(bytes / MIB / seconds),
    units_s: Math.round(units / seconds),
    rss_mib: rounded(median(all.map(({ rssBytes }) => rssBytes)) / MIB),
  };
}

async function imported(command: string, file: string, pair: string, output: string): Promise<Measured> {
  const words = [command, "data", "import", file, "--pair", pair, "--output", output];
  const { endMs, rssBytes } = await runProcess(words, "");
  const report = JSON.parse(readFileSync(join(output, "import.json"), "utf8")) as { pairs: number };
  return { seconds: endMs / 1000, rssBytes, pairs: report.pairs };
}

function readByPeer(python: string, file: string, source: string, target: string): Measured {
  const program = join(import.meta.dirname, "peers", "read_tmx.py");
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(python, [program, file, source, target], { encoding: "utf8" });
  if (status !== 0) throw new BackendError(`${python} read_tmx.py ended with ${status}: ${stderr}`);
  const { pairs, rss_bytes } = JSON.parse(stdout) as { pairs: number; rss_bytes: number };
  return { seconds: (performance.now() - started) / 1000, rssBytes: rss_bytes, pairs };
}

/** Units of lines of the text, each with a number so that no two are the same. Gives their number. */
async function writeMemory(
  path: string,
  bytes: number,
  {
    sources,
    targets,
    languages,
  }: { sources: readonly string[]; targets: readonly string[]; languages: readonly string[] },
  random: Random,
): Promise<number> {
  const out = createWriteStream(path);
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const variant = (language: string, text: string) =>
    `      <tuv xml:lang="${language}"><seg>${escaped(text)}</seg></tuv>\n`;
  out.write(
    `<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n  <header creationtool="bench" creationtoolversion="1" segtype="sentence" o-tmf="none" adminlang="en" srclang="${languages[0]}" datatype="plaintext"/>\n  <body>\n`,
  );
  let units = 0;
  for (let written = 0; written < bytes; units++) {
    const i = random.integer(sources.length);
    const [from, to] = languages as [string, string];
    const unit = `    <tu tuid="${units}">\n${variant(from, `${sources[i]} ${units}`)}${variant(to, `${targets[i]} ${units}`)}    </tu>\n`;
    written += Buffer.byteLength(unit);
    if (!out.write(unit)) await once(out, "drain");
  }
  out.end("  </body>\n</tmx>\n");
  await finished(out);
  return units;
}
