/** Source of truth: documents translated by hand; threads that have to end. */
import { expect, test } from "vitest";
import type { DocumentFacts, DocumentTask } from "../../../src/server/documents/messages.ts";
import { type DocumentHelp, runDocument } from "../../../src/server/documents/run-document.ts";

const task = (text: string, some: Partial<DocumentTask> = {}): DocumentTask => ({
  bytes: Buffer.from(text),
  name: "a.html",
  format: "html",
  source: "en",
  target: "de",
  masks: "braces",
  mostUnpacked: 1e6,
  ...some,
});

function help(some: Partial<DocumentHelp> = {}) {
  const facts: DocumentFacts[] = [];
  const given: DocumentHelp = {
    begin: (each) => {
      facts.push(each);
      return [{ source: "en", glossaries: [] }];
    },
    translate: async (lines) =>
      lines.map(({ text }) => [{ text: text.replace(/\{\d\}/, "") }, { text: text.toUpperCase() }]),
    signal: new AbortController().signal,
    ...some,
  };
  return { facts, given };
}

test("is told what there is, and takes the first translation that has all tags", async () => {
  const { facts, given } = help();
  const { bytes, counts } = await runDocument(task("<p>See <b>it</b>. Good."), given);
  expect(Buffer.from(bytes).toString()).toBe("<p>SEE <b>IT</b>. Good.");
  expect(counts).toMatchObject({ segments: 2, withPlaceables: 1, nextHypothesis: 1 });
  expect(facts).toEqual([{ texts: 1, characters: 13, sample: "See it. Good.\n" }]);
});

test("each leg has its own glossaries", async () => {
  const asked: unknown[] = [];
  const entries = ["a", "b"].map((word) => [{ source: "see", targets: [word] }]);
  const { given } = help({
    begin: () => entries.map((each) => ({ source: "en", glossaries: [each] })),
    translate: async (lines, leg) => {
      asked.push([leg, lines.map(({ terms }) => terms)]);
      return lines.map(() => [{ text: "see a" }]);
    },
  });
  const { counts } = await runDocument(task("<p>See it."), given);
  expect(asked).toEqual([
    [0, [[["a", "A"]]]],
    [1, [[["b", "B"]]]],
  ]);
  expect(counts).toMatchObject({ terms: 2, termsMissing: 1 });
});

test("over a third language every leg has all tags, and its own language", async () => {
  const asked: unknown[] = [];
  const { given } = help({
    begin: () => ["en", "fr"].map((source) => ({ source, glossaries: [] })),
    translate: async (lines, leg) => {
      asked.push([leg, lines.map(({ text }) => text)]);
      return lines.map(({ text }) => [{ text: leg === 0 ? text.toUpperCase() : `${text}!` }]);
    },
  });
  const { bytes } = await runDocument(task("<p>See <b>it</b>."), given);
  expect(Buffer.from(bytes).toString()).toBe("<p>SEE <b>IT</b>.!");
  expect(asked).toEqual([
    [0, ["See {0}it{1}."]],
    [1, ["SEE {0}IT{1}."]],
  ]);
});

test("the sample is short, whatever the document is", async () => {
  const { facts, given } = help();
  await runDocument(task(`<p>${"a".repeat(5000)}<p>${"b".repeat(5000)}`), given);
  expect(facts[0]).toMatchObject({ texts: 2, characters: 10_000, sample: `${"a".repeat(2000)}\n` });
});

test("errors of reading, beginning and translating come as they are", async () => {
  await expect(runDocument(task("{", { format: "json", name: "a.json" }), help().given)).rejects.toMatchObject({
    name: "DataError",
    where: "a.json, line 1",
  });
  const failing = () => {
    throw new Error("no");
  };
  await expect(runDocument(task("<p>a"), help({ begin: failing }).given)).rejects.toThrow("no");
  await expect(runDocument(task("<p>a"), help({ translate: failing }).given)).rejects.toThrow("no");
});

test("a document that takes all memory ends its thread alone", async () => {
  const bytes = "[".repeat(150) + `"x",`.repeat(1_000_000);
  await expect(runDocument(task(bytes, { format: "json", name: "a.json" }), help().given)).rejects.toMatchObject({
    status: 413,
    message: expect.stringMatching(/a\.json takes more memory/),
  });
});

test("an aborted signal ends it, before it begins, while it reads and while it waits", async () => {
  await expect(runDocument(task("<p>a"), help({ signal: AbortSignal.abort("gone") }).given)).rejects.toBe("gone");
  for (const when of ["begin", "translate"] as const) {
    const stop = new AbortController();
    const abort = () => {
      stop.abort("gone");
      return new Promise<never>(() => {});
    };
    const { given } = help({ [when]: abort, signal: stop.signal });
    await expect(runDocument(task("<p>a"), given)).rejects.toBe("gone");
  }
});
