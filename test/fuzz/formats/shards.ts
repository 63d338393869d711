/** Prepared corpora, shards and their descriptions, finished and half-way: read as training does, and prepared again. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BatchReader } from "../../../src/data/batches/batch-reader.ts";
import { PairReader } from "../../../src/data/batches/pair-reader.ts";
import { prepareCorpus } from "../../../src/data/shards/prepare.ts";
import { readPrepared, writeJson } from "../../../src/data/shards/prepared-folder.ts";
import { generatedOptions } from "../../data/shards/prepared-corpus.ts";
import { expectThat, type Format, type Sample } from "../format.ts";

const GENERATED = { pairs: 60, seed: 5, shardBytes: 500 };
const TEXTS = ["text.src", "text.tgt"];

/** Every pair as text, by corpus line. */
function pairsOf(folder: string): string[] {
  const reader = new PairReader([readPrepared(folder)]);
  try {
    return Array.from({ length: reader.pairs }, (_, i) => {
      const { source, target, line } = reader.pair(i);
      return `${line}: ${source.join(" ")} ||| ${target.join(" ")}`;
    });
  } finally {
    reader.close();
  }
}

function filesOf(folder: string): Sample {
  const names = readdirSync(folder).filter((name) => !name.endsWith(".html"));
  return { files: Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))])) };
}

let intact: string[] = [];

async function prepared(folder: string): Promise<Sample> {
  await prepareCorpus(generatedOptions(folder, GENERATED));
  intact = pairsOf(folder);
  return filesOf(folder);
}

export const shards: Format = {
  name: "shards",
  damages: (path) => !TEXTS.includes(path),
  samples: async (folder) => [await prepared(folder)],
  read: (folder) => {
    const pairs = pairsOf(folder);
    expectThat(pairs.join("\n") === intact.join("\n"), "pairs were altered, and no checksum told");
    const reader = new BatchReader({ corpora: [{ folder }], seed: 1, batchType: "tokens", batchSize: 100 }, () => {});
    try {
      for (let batch = 0; batch < 30; batch++) reader.next();
    } finally {
      reader.close();
    }
  },
};

/** `prepared.json` is gone, as after a kill, or says something else: the same command must make the same corpus. */
export const preparedAgain: Format = {
  name: "prepared-again",
  isText: true,
  damages: (path) => path.endsWith(".json"),
  samples: async (folder) => {
    const { files } = await prepared(folder);
    const { fingerprint, shards, longest, report } = readPrepared(folder);
    const lines = Number(intact.at(-1)!.split(":")[0]);
    const path = join(folder, "unfinished.json");
    writeJson(path, { fingerprint, shards, lines, longest, report });
    const { "prepared.json": _, ...rest } = files;
    return [{ files }, { files: { ...rest, "unfinished.json": readFileSync(path) } }];
  },
  read: async (folder) => {
    const options = generatedOptions(folder, GENERATED);
    const corpus = await prepareCorpus(options);
    expectThat(corpus.pairs === intact.length, `the corpus has ${corpus.pairs} pairs, not ${intact.length}`);
    expectThat(pairsOf(folder).join("\n") === intact.join("\n"), "the corpus was prepared differently");
  },
};
