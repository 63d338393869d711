/** What comes from others' interfaces and folders: answers of OPUS and the Hub, cards of data sets, archives of OPUS, journals of downloads. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { download } from "../../../src/corpora/fetch/download.ts";
import { prepareHub } from "../../../src/corpora/sources/hub.ts";
import { hubDataset } from "../../../src/corpora/sources/hub-api.ts";
import { prepareOpus } from "../../../src/corpora/sources/opus.ts";
import { opusReleases } from "../../../src/corpora/sources/opus-api.ts";
import { serveHosts } from "../../corpora/sources/host-server.ts";
import { hubAnswer } from "../../corpora/sources/hub-answers.ts";
import { mosesArchive, opusAnswer } from "../../corpora/sources/opus-answers.ts";
import { sentences } from "../../text/sample-text.ts";
import { expectThat, type Format } from "../format.ts";

const textOf = (answer: unknown) => Buffer.from(answer as string);
const opusText = opusAnswer(
  new URL("https://opus.nlpl.eu/opusapi/?corpus=Phrases&source=de&target=en&preprocessing=moses"),
);
const hubText = hubAnswer({
  "org/x": {
    files: { "a/train.parquet": "x", "b.csv": "y" },
    cardData: { license: "mit", configs: [{ config_name: "a" }] },
  },
})(new URL("https://huggingface.co/api/datasets/org/x/revision/main"), { headers: {} } as never);

const answers: Format = {
  name: "answers of OPUS and the Hub",
  isText: true,
  samples: () => [{ files: { "opus.json": textOf(opusText), "hub.json": textOf(hubText) } }],
  read: async (folder) => {
    const server = await serveHosts(({ host }) =>
      readIfExists(join(folder, host === "huggingface.co" ? "hub.json" : "opus.json")),
    );
    const options = { mirror: server.url, environment: {}, attempts: 1 };
    try {
      for (const { url, corpus } of await opusReleases(["de", "en"], undefined, options)) {
        expectThat(/^https?:/.test(url) && !corpus.includes("/"), "a release that is none");
      }
      const found = await hubDataset("org/x", "main", options);
      for (const { path } of found?.files ?? []) expectThat(!path.split("/").includes(".."), "a path that leads out");
    } finally {
      server.close();
    }
  },
};

const lines = sentences(200, 12);
const archive = mosesArchive({ "x.de-en.de": `${lines.join("\n")}\n`, "x.de-en.en": `${lines.join("\n")}\n` });

const archives: Format = {
  name: "archives of OPUS",
  samples: () => [{ files: { "X_v1_moses_de-en.txt.zip": archive } }],
  read: async (folder) => {
    const output = join(folder, "out");
    const prepared = await prepareOpus({ corpus: "X", languages: ["en", "de"] }, output, {
      from: folder,
      environment: {},
    });
    const sides = ["en", "de"].map((side) => readFileSync(join(output, `train.${side}`), "utf8").split("\n"));
    expectThat(sides[0]!.join() === sides[1]!.join(), "sides that were the same differ");
    expectThat(prepared.lines.train <= lines.length, "there are more pairs than before");
  },
};

const card =
  "---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files:\n  - split: train\n    path: 'data/*.csv'\n  - split: test\n    path: ['t*.tsv']\n---\nA card.\n";

const cards: Format = {
  name: "cards of data sets",
  isText: true,
  samples: () => [
    {
      files: {
        "README.md": Buffer.from(card),
        "data/a.csv": Buffer.from("en,de\na,b\n"),
        "t.tsv": Buffer.from("en\tde\nc\td\n"),
      },
    },
  ],
  read: async (folder) => {
    const options = { from: folder, environment: {} };
    const prepared = await prepareHub({ dataset: "org/x", languages: ["en", "de"] }, join(folder, "out"), options);
    for (const [split, count] of Object.entries(prepared.lines)) {
      expectThat(/^[\w-]+$/.test(split) && count < 100, `a split ${split} of ${count} lines`);
    }
  },
};

const content = Buffer.from(lines.join("\n"));
const BLOCK = 1024;
const BLOCKS = Math.ceil(content.length / BLOCK);

const journals: Format = {
  name: "journals of downloads",
  isText: true,
  samples: () => {
    const journal = { total: content.length, block: BLOCK, version: '"1"', done: [0, 2] };
    return [{ files: { "x.part.blocks": Buffer.from(JSON.stringify(journal)) } }];
  },
  read: async (folder) => {
    const server = await serveHosts(() => content);
    const path = join(folder, "x");
    // What the journal says is there is there, and nothing else: a hole that it takes for a block would be seen.
    const part = Buffer.alloc(content.length);
    for (const number of [0, 2]) content.copy(part, number * BLOCK, number * BLOCK, (number + 1) * BLOCK);
    writeFileSync(`${path}.part`, part);
    try {
      const wanted = { urls: [`${server.url}/x`], path, connections: 2, block: BLOCK, attempts: 2, backoff: 1 };
      const sha256 = createHash("sha256").update(content).digest("hex");
      await download({ ...wanted, sha256, environment: {} });
      expectThat(readFileSync(path).equals(content), "the file is another one");
      expectThat(server.asked.length <= 2 * BLOCKS + 4, "blocks were asked for again and again");
    } finally {
      server.close();
    }
  },
};

export const sources: readonly Format[] = [answers, archives, cards, journals];

/** Empty where the case has removed it. */
function readIfExists(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}
