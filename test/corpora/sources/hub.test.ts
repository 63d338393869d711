// Source of truth: repositories made in this test, and the Hub's interface as its own clients read it.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SourceOptions } from "../../../src/corpora/fetch/source-file.ts";
import { type HubQuery, prepareHub } from "../../../src/corpora/sources/hub.ts";
import { zip } from "../archives/zip-archive.ts";
import { parquetOf, parquetTranslations } from "../formats/tables/parquet-file.ts";
import { type HostServer, serveHosts } from "./host-server.ts";
import { commitOf, hubAnswer, type Repository } from "./hub-answers.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-hub-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ en: `one ${from + i}`, de: i === 1 ? null : `eins ${from + i}` }));
const shard = (from: number, to: number) => parquetTranslations(texts(from, to), { group: 7 });

const REPOSITORIES: Record<string, Repository> = {
  "org/pairs": {
    files: {
      "README.md": "x",
      "de-en/train-00000-of-00003.parquet": shard(0, 20),
      "de-en/train-00001-of-00003.parquet": shard(20, 30),
      "de-en/train-00002-of-00003.parquet": shard(30, 41),
      "de-en/validation-0.parquet": shard(50, 55),
    },
    cardData: {
      license: ["cc-by-4.0"],
      configs: [
        {
          config_name: "de-en",
          data_files: [
            { split: "train", path: "de-en/train-*" },
            { split: "validation", path: "de-en/validation-*" },
          ],
        },
      ],
    },
  },
  "org/tables": {
    files: { "data/train.tsv": "src\ttgt\na dog\tein Hund\n", "data/test.jsonl": '{"en":"a","de":"b"}\n' },
  },
  "org/program": {
    files: { "program.py": "x", "train.csv": "no,data\n" },
    converted: { "de-en/train/0000.parquet": parquetOf({ en: ["a"], de: ["b"] }) },
  },
  "org/texts": {
    files: { "train.en.txt": "a\nb\n", "train.de.txt": "c\n\n", "train.fr.txt": "x\n", "README.txt": "y" },
  },
  "org/packed": {
    files: {
      "train.zip": zip({ "README.txt": "z", "x/all.en": "a\r\nb\n", "x/all.de": "c\r\nd\n" }),
      "test.zip": zip({ "table.tsv": "en\tde\ne\tf\n", "more.tsv": "en\tde\ng\th\n" }),
    },
  },
  "org/nothing": { files: { "a.rar": "x" } },
  "org/gated": { files: { "train.parquet": shard(0, 5) }, gated: "manual", token: "good" },
  "org/private": { files: { "train.parquet": shard(0, 5) }, token: "good" },
};

let server: HostServer;
let told: string[];
beforeEach(async () => {
  told = [];
  server = await serveHosts(hubAnswer(REPOSITORIES));
});
afterEach(() => server.close());

let folders = 0;
const newFolder = () => join(folder, `corpus-${folders++}`);
/** The Hub's own address is the server's, so that tokens are told to it. */
const places = (change: SourceOptions = {}, environment: NodeJS.ProcessEnv = {}): SourceOptions => ({
  cache: join(folder, `cache-${folders++}`),
  environment: { HF_ENDPOINT: `${server.url}/huggingface.co`, ...environment },
  progress: (message) => told.push(message),
  ...change,
});
const query = (dataset: string, rest: Partial<HubQuery> = {}): HubQuery => ({
  dataset,
  languages: ["en", "de"],
  ...rest,
});
const lines = (...path: string[]) =>
  readFileSync(join(...path), "utf8")
    .split("\n")
    .slice(0, -1);

const kept = (from: number, to: number) => texts(from, to).filter(({ de }) => de !== null);

describe("a data set", () => {
  test("is written with every split, its parts in order, its commit and checksums", async () => {
    const output = newFolder();
    const options = places();
    const prepared = await prepareHub(query("org/pairs"), output, options);
    const train = [...kept(0, 20), ...kept(20, 30), ...kept(30, 41)];
    expect(lines(output, "train.en")).toEqual(train.map(({ en }) => en));
    expect(lines(output, "train.de")).toEqual(train.map(({ de }) => de));
    expect(lines(output, "valid.en")).toEqual(kept(50, 55).map(({ en }) => en));
    expect(prepared.dropped).toEqual({ "not in both languages": 4 });
    const description = JSON.parse(readFileSync(join(output, "corpus.json"), "utf8"));
    const { files } = REPOSITORIES["org/pairs"]!;
    expect(description).toMatchObject({
      name: "hf/org/pairs",
      licence: "cc-by-4.0",
      version: expect.stringContaining(commitOf("org/pairs")),
      lines: { train: train.length, valid: 4, test: 0 },
      sources: Object.keys(files)
        .slice(1)
        .map((name) => ({ name, verified: true, sha256: createHash("sha256").update(files[name]!).digest("hex") })),
    });
    expect(told[0]).toBe(`org/pairs at ${commitOf("org/pairs").slice(0, 12)}: 4 files`);
    expect(told[1]).toMatch(/^Size: \d+ kB to download/);
    expect(told[2]).toBe("Licence: cc-by-4.0");

    const before = server.asked.length;
    expect((await prepareHub(query("org/pairs"), output, options)).unchanged).toBe(true);
    expect(server.asked.slice(before)).toHaveLength(1);
    // Another part is another corpus.
    const validation = await prepareHub(query("org/pairs", { split: "validation" }), output, options);
    expect(validation).toMatchObject({ unchanged: false, lines: { valid: 4 } });
  });

  test("of tables and lines is read by their formats, columns named or not", async () => {
    const output = newFolder();
    await prepareHub(query("org/tables", { split: "train" }), output, places());
    expect([lines(output, "train.en"), lines(output, "train.de")]).toEqual([["a dog"], ["ein Hund"]]);
    const turned = newFolder();
    await prepareHub(query("org/tables", { split: "test", columns: ["de", "en"] }), turned, places());
    expect([lines(turned, "test.en"), lines(turned, "test.de")]).toEqual([["b"], ["a"]]);
  });

  test("of plain texts in both languages, and of archives", async () => {
    const output = newFolder();
    const { dropped } = await prepareHub(query("org/texts"), output, places());
    expect([lines(output, "train.en"), lines(output, "train.de")]).toEqual([["a"], ["c"]]);
    expect(dropped).toEqual({ "not translated": 1 });
    const packed = newFolder();
    await prepareHub(query("org/packed"), packed, places());
    expect([lines(packed, "train.en"), lines(packed, "train.de")]).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect([lines(packed, "test.en"), lines(packed, "test.de")]).toEqual([
      ["g", "e"],
      ["h", "f"],
    ]);
  });

  test("whose texts a program makes is read from the Hub's conversion", async () => {
    const output = newFolder();
    await prepareHub(query("org/program"), output, places());
    expect(lines(output, "train.de")).toEqual(["b"]);
    expect(readFileSync(join(output, "corpus.json"), "utf8")).toContain(
      commitOf("org/program", "refs/convert/parquet"),
    );
  });

  test("is fetched by a mirror, which hears of no token", async () => {
    const output = newFolder();
    const options = places({ mirror: server.url }, { HF_ENDPOINT: "", HF_TOKEN: "secret" });
    await prepareHub(query("org/pairs"), output, options);
    expect(lines(output, "valid.de")).toHaveLength(4);
    for (const { headers } of server.requests) expect(headers.authorization).toBeUndefined();
  });

  test("is read from a folder, with or without its card, without the network", async () => {
    const from = newFolder();
    const { files } = REPOSITORIES["org/pairs"]!;
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(from, path)), { recursive: true });
      writeFileSync(join(from, path), content);
    }
    const offline = { from, environment: { HF_ENDPOINT: "http://127.0.0.1:9" } };
    const byName = newFolder();
    await prepareHub(query("org/pairs"), byName, offline);
    expect(lines(byName, "train.en")).toHaveLength(38);
    writeFileSync(
      join(from, "README.md"),
      "---\nlicense: mit\nconfigs:\n- config_name: a\n  data_files:\n  - split: test\n    path: '**/train-00001*'\n---\ntext\n",
    );
    const byCard = newFolder();
    await prepareHub(query("org/pairs"), byCard, offline);
    expect(readdirSync(byCard).sort()).toEqual(["corpus.json", "test.de", "test.en"]);
    expect(lines(byCard, "test.en")).toEqual(kept(20, 30).map(({ en }) => en));
    expect(readFileSync(join(byCard, "corpus.json"), "utf8")).toContain('"licence": "mit"');
    expect((await prepareHub(query("org/pairs"), byCard, offline)).unchanged).toBe(true);
    await expect(prepareHub(query("x/y"), newFolder(), { from: newFolder() })).rejects.toMatchObject({
      name: "DataError",
    });
  });

  test("that breaks off is gone on with; other bytes are refused", async () => {
    const breaking = places();
    const part = encodeURIComponent(JSON.stringify(["org/pairs", "main", "de-en/train-00000-of-00003.parquet"]));
    server.broken.push(`cdn.example.org/${part}`);
    const output = newFolder();
    await prepareHub(query("org/pairs"), output, breaking);
    expect(server.broken).toEqual([]);
    expect(lines(output, "train.en")).toHaveLength(38);
    const changed = await serveHosts((address, request) => {
      const answer = hubAnswer(REPOSITORIES)(address, request);
      return address.host === "cdn.example.org" && answer instanceof Uint8Array
        ? Buffer.from(answer).fill(1, 9, 30)
        : answer;
    });
    await expect(
      prepareHub(query("org/pairs"), newFolder(), places({}, { HF_ENDPOINT: `${changed.url}/huggingface.co` })),
    ).rejects.toMatchObject({ name: "DownloadError", message: expect.stringMatching(/checksum/) });
    changed.close();
  });
});

describe("what may not be read or is not there", () => {
  const cases: [string, HubQuery, NodeJS.ProcessEnv, object][] = [
    [
      "no such data set",
      query("org/none"),
      {},
      { name: "UsageError", message: expect.stringMatching(/no data set "org\/none"/) },
    ],
    ["a private one", query("org/private"), {}, { name: "UsageError", nextStep: expect.stringMatching(/HF_TOKEN/) }],
    ["no such revision", query("org/pairs", { revision: "v9" }), {}, { name: "DownloadError", where: "--revision" }],
    ["nothing to read", query("org/nothing"), {}, { name: "DataError", nextStep: expect.stringMatching(/a\.rar/) }],
    [
      "a gated one without a token",
      query("org/gated"),
      {},
      {
        name: "DownloadError",
        message: expect.stringMatching(/gated/),
        nextStep: expect.stringMatching(/settings\/tokens/),
      },
    ],
    [
      "a gated one with a token that has no access",
      query("org/gated"),
      { HF_TOKEN: "bad" },
      {
        name: "DownloadError",
        message: expect.stringMatching(/gated/),
        nextStep: expect.stringMatching(/account whose token/),
      },
    ],
    [
      "no such columns",
      query("org/pairs", { columns: ["a", "b"] }),
      {},
      { name: "DataError", nextStep: expect.stringMatching(/translation\.en/) },
    ],
  ];
  test.each(cases)("%s", async (_, wanted, environment, error) => {
    await expect(prepareHub(wanted, newFolder(), places({}, environment))).rejects.toMatchObject(error);
  });

  test("a token that has access is told to the Hub, not to where it redirects", async () => {
    for (const dataset of ["org/gated", "org/private"]) {
      const output = newFolder();
      await prepareHub(query(dataset), output, places({}, { HF_TOKEN: "good" }));
      expect(lines(output, "train.en")).toHaveLength(4);
    }
    expect(server.requests.some(({ headers }) => headers.authorization === "Bearer good")).toBe(true);
  });

  test.each([{ status: 403 }, { status: 401, headers: { "x-error-code": "GatedRepo" } }])(
    "a data set whose files may not even be listed: %j",
    async (answer) => {
      const other = await serveHosts(() => answer);
      const options = places({}, { HF_ENDPOINT: other.url });
      await expect(prepareHub(query("x/y"), newFolder(), options)).rejects.toMatchObject({
        name: "DownloadError",
        message: expect.stringMatching(/x\/y is gated/),
      });
      other.close();
    },
  );

  test("paths that lead out of the cache, and names that are none", async () => {
    const escaping = {
      ...REPOSITORIES,
      "org/pairs": { files: { "data\\..\\train.csv": "en,de\na,b\n", "a//train.csv": "x" } },
    };
    const other = await serveHosts(hubAnswer(escaping));
    const options = places({}, { HF_ENDPOINT: `${other.url}/huggingface.co` });
    await expect(prepareHub(query("org/pairs"), newFolder(), options)).rejects.toMatchObject({ name: "DataError" });
    expect(other.asked.some((each) => each.includes("resolve"))).toBe(false);
    for (const name of ["../x", "a/b/c", ""]) {
      await expect(prepareHub(query(name), newFolder(), options)).rejects.toMatchObject({ name: "UsageError" });
    }
    other.close();
  });

  test("an answer that is not the Hub's", async () => {
    const other = await serveHosts(() => '{"id": "x"}');
    await expect(prepareHub(query("x/y"), newFolder(), places({}, { HF_ENDPOINT: other.url }))).rejects.toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(/not understood: sha/),
    });
    other.close();
  });
});
