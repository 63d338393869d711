/** Source of truth: what the translator makes of the sentences on its own; everything but the text stays to the byte. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selectBackend } from "../../../../src/backends/select.ts";
import { type LogSink, setLogSink } from "../../../../src/base/logger.ts";
import { translateCommand } from "../../../../src/cli/commands/translate.ts";
import { runCommand } from "../../../../src/cli/run-command.ts";
import { readDocument } from "../../../../src/documents/read-document.ts";
import { DOCX } from "../../../documents/sample-documents.ts";
import { writePairModels } from "../../../server/toy-models.ts";

const root = resolve(import.meta.dirname, "../../../..");
let folder: string;
let model: string;
let logged: string[] = [];
let sink: LogSink;

beforeAll(async () => {
  sink = setLogSink((line) => logged.push(line));
  await selectBackend({ backend: "cpu" });
  folder = mkdtempSync(join(tmpdir(), "nmt-documents-"));
  [model] = (await writePairModels(["en-de"])) as [string];
});
afterAll(() => {
  setLogSink(sink);
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The output's bytes. */
async function translate(src: string, ...options: string[]): Promise<Buffer> {
  const given = options.includes("--output") ? [] : ["--output", join(folder, "out")];
  await runCommand(translateCommand, ["translate", "--model", model, "--src", src, ...given, ...options]);
  return readFileSync(given[1] ?? options[options.indexOf("--output") + 1]!);
}

/** As lines of text. */
async function lines(...texts: string[]): Promise<string[]> {
  const path = file("lines.en", texts.map((text) => `${text}\n`).join(""));
  return (await translate(path)).toString().split("\n");
}

describe("a document by its ending", () => {
  test("has its sentences translated, and nothing else changed", async () => {
    const [abc, fed, bad] = await lines("abc de.", "Fed cab!", "bad");
    const html = (one: string, two: string, three: string) =>
      `<!DOCTYPE html>\n<title>${three}</title><p\n class=x>${one} ${two}</p>\r\n<script>abc</script>`;
    const output = join(folder, "page.de.html");
    const bytes = await translate(file("page.html", html("abc de.", "Fed cab!", "bad")), "--output", output);
    const encoded = (text: string) => text.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    expect(bytes.toString()).toBe(html(encoded(abc!), encoded(fed!), encoded(bad!)));
    expect(logged.join("\n")).toMatch(/page\.html: 2 texts of html translated\n.*translated 3 lines/s);
  });

  test("may be written in its own place: only what has no translation changes", async () => {
    const [abc] = await lines("abc");
    const po = (translation: string) =>
      `msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "abc"\nmsgstr "${translation}"\n\nmsgid "fed"\nmsgstr "gut"\n`;
    const path = file("a.po", po(""));
    logged = [];
    const marked = await translate(file("b.po", po("")));
    expect(marked.toString()).toBe(po(abc!).replace('msgid "abc"', '#, fuzzy\nmsgid "abc"'));
    expect((await translate(path, "--output", path, "--no-review_marks")).toString()).toBe(po(abc!));
    expect(logged.join("\n")).toMatch(/1 texts of po translated; 1 had a translation, which stays \(--retranslate\)/);
    const again = await translate(path, "--output", path, "--retranslate", "all");
    expect(again.toString()).not.toContain('"gut"');
  });

  test("of two languages gets the model's target language", async () => {
    const tmx = file(
      "a.tmx",
      '<tmx><header srclang="en"/><body><tu><tuv xml:lang="en"><seg>abc</seg></tuv></tu></body></tmx>',
    );
    expect((await translate(tmx)).toString()).toContain('<tuv xml:lang="de" creationid="MT!"><seg>');
  });

  test("of Word is one again", async () => {
    const bytes = await translate(file("a.docx", DOCX));
    const segments = readDocument(bytes, "a.docx").segments;
    expect(segments).toHaveLength(readDocument(DOCX, "a.docx").segments.length);
    expect(segments[0]!.text).not.toBe("A heading");
  });
});

describe("--document", () => {
  test("reads standard input, writes standard output, and knows its format", () => {
    const argv = ["--import", "tsx", join(root, "test/e2e/nmt-source.ts"), "translate", "--model", model];
    const run = spawnSync(process.execPath, [...argv, "--document", "json"], { cwd: root, input: '{ "a": "abc" }' });
    expect(run.stderr.toString()).toMatch(/standard input: 1 texts of json translated/);
    expect(run.stdout.toString()).toMatch(/^\{ "a": ".+" \}$/);
    expect(run.status).toBe(0);
  });

  test("takes a compressed document, and txt as one", async () => {
    const [abc, fed] = await lines("abc.", "Fed.");
    const path = file("a.bin", gzipSync("  abc. Fed.\n\n"));
    expect((await translate(path, "--document", "txt")).toString()).toBe(`  ${abc} ${fed}\n\n`);
  });

  test("none translates lines, as .txt is without it", async () => {
    const [one] = await lines("abc. Fed.");
    expect((await translate(file("a.md", "abc. Fed.\n"), "--document", "none")).toString()).toBe(`${one}\n`);
    expect((await translate(file("a.txt", "abc. Fed.\n"))).toString()).toBe(`${one}\n`);
  });
});

describe("refused", () => {
  test.each<[string, string, string[], RegExp]>([
    ["a document of another kind", "a.doc", [], /"\.doc" cannot be read/],
    ["one after --output", "a.html", ["--output", "x.pdf"], /"\.pdf" cannot be read/],
    ["another format after --output", "a.html", ["--output", "x.docx"], /is html, and the output would be called docx/],
    ["options of lines", "a.html", ["--n_best", "2"], /--document and --n_best/],
    ["others of them", "a.html", ["--with_score"], /--document and --with_score/],
    ["--retranslate without a document", "a.txt", ["--retranslate", "all"], /without a document/],
  ])("%s", async (_, name, options, message) => {
    const path = file(name, "<p>abc</p>");
    await expect(translate(path, ...options)).rejects.toThrow(message);
    for (const written of ["x.pdf", "x.docx"]) expect(existsSync(written)).toBe(false);
  });

  test("a damaged document, with its place; the output stays as it was", async () => {
    const output = file("kept.json", "before");
    const failed = translate(file("bad.json", '{\n"a": }'), "--output", output);
    await expect(failed).rejects.toThrow(
      expect.objectContaining({ where: expect.stringMatching(/bad\.json, line 2$/) }),
    );
    expect(readFileSync(output, "utf8")).toBe("before");
  });

  test("a file that is not there, and an output that cannot be written", async () => {
    await expect(translate(join(folder, "none.html"))).rejects.toThrow(/does not exist/);
    const output = join(file("plain", ""), "x.html");
    await expect(translate(file("a.html", "abc"), "--output", output)).rejects.toThrow(/cannot be written/);
  });
});

describe("a translation memory", () => {
  const memory = () =>
    file(
      "memory.tmx",
      `<tmx version="1.4"><header srclang="en"/><body>${[
        ["abc", "aus dem Speicher"],
        ["fed cab bad", "<hi>so</hi>"],
        ["fed cab deaf", "ähnlich"],
      ]
        .map(
          ([en, de]) =>
            `<tu><tuv xml:lang="en-US"><seg>${en}</seg></tuv><tuv xml:lang="de"><seg>${de}</seg></tuv></tu>`,
        )
        .join("")}</body></tmx>`,
    );

  test("gives the translations that it has, of documents with the format's marks", async () => {
    const [bad] = await lines("bad");
    const source = (id: number, text: string, target: string) =>
      `<trans-unit id="${id}"><source>${text}</source>${target}</trans-unit>`;
    const xliff = (...units: string[]) =>
      `<xliff version="1.2"><file source-language="en" target-language="de"><body>${units.join("")}</body></file></xliff>`;
    const path = file("a.xlf", xliff(source(1, "abc", ""), source(2, "fed cab beaf", ""), source(3, "bad", "")));
    logged = [];
    const target = (state: string, qualifier: string, text: string) =>
      `<target state="${state}" state-qualifier="${qualifier}">${text}</target>`;
    const model = target(
      "needs-review-translation",
      "leveraged-mt",
      bad!.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    );
    expect((await translate(path, "--tm", memory(), "--tm_threshold", "75")).toString()).toBe(
      xliff(
        source(1, "abc", target("translated", "exact-match", "aus dem Speicher")),
        source(2, "fed cab beaf", target("needs-review-translation", "fuzzy-match", "ähnlich")),
        source(3, "bad", model),
      ),
    );
    expect(logged.join("\n")).toContain("translation memory: 1 of 3 texts are there, 1 similar by 75 % or more");
  });

  test("gives those of lines in their places", async () => {
    const [fed, bad] = await lines("fed", "bad");
    const path = file("lines.txt", "abc\nfed\n\nabc\nabc\nbad\nabc\n");
    for (const options of [[], ["--placeables", "verbatim"]]) {
      const written = (await translate(path, "--tm", memory(), ...options)).toString().split("\n");
      const from = "aus dem Speicher";
      expect([written[0], written[3], written[4], written[6], written[7]]).toEqual([from, from, from, from, ""]);
      if (options.length === 0) expect([written[1], written[5]]).toEqual([fed, bad]);
    }
  });

  test("has to have the languages, a threshold that makes sense, and no scores beside it", async () => {
    const path = file("lines.txt", "abc\n");
    const run = (...options: string[]) => translate(path, "--tm", memory(), ...options);
    await expect(run("--tm_threshold", "30")).rejects.toMatchObject({ name: "UsageError", where: "--tm_threshold" });
    await expect(run("--n_best", "2")).rejects.toThrow("--tm and --n_best do not go together");
    await expect(run("--src_lang", "fr")).rejects.toMatchObject({ name: "DataError" });
    await expect(translate(path, "--tm", path)).rejects.toMatchObject({ name: "DataError", where: path });
  });
});
