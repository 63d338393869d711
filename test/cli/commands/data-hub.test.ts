// Source of truth: repositories made in this test.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { serveHosts } from "../../corpora/sources/host-server.ts";
import { hubAnswer } from "../../corpora/sources/hub-answers.ts";
import { writtenBy } from "../written-by.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-data-hub-"));
const server = await serveHosts(
  hubAnswer({ "org/x": { files: { "train.csv": "en,de,fr\na,b,c\n", "test.csv": "en,de,fr\nd,e,f\n" } } }),
);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...words: string[]) =>
  writtenBy("data", ...words, "--mirror", server.url, "--cache", join(folder, "cache"));

test("one word or two, with columns and splits", async () => {
  const output = join(folder, "out");
  const options = ["--pair", "en-de", "--output", output];
  const all = await run("hf:org/x", ...options);
  const files = ["test.en", "test.de", "train.en", "train.de"].map((name) => join(output, name));
  expect(all.code).toBe(0);
  expect(all.out.trim().split("\n").sort()).toEqual([...files].sort());
  expect(await run("hf", "org/x", ...options)).toMatchObject({
    code: 0,
    err: expect.stringMatching(/already prepared/),
  });
  const one = await run("hf:org/x", ...options, "--split", "train", "--columns", "en,fr", "--connections", "2");
  expect(one).toMatchObject({ code: 0, out: `${join(output, "train.en")}\n${join(output, "train.de")}\n` });
  expect(readFileSync(join(output, "train.de"), "utf8")).toBe("c\n");
});

test("says what is missing or wrong", async () => {
  expect(await run("hf", "--pair", "en-de")).toMatchObject({ code: 2 });
  expect(await run("hf:org/x", "--pair", "en-de", "--columns", "en")).toMatchObject({ code: 2 });
  expect(await run("hf:org/none", "--pair", "en-de")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no data set/),
  });
  expect(await run("xx:org/none", "--pair", "en-de")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no corpus/),
  });
});
