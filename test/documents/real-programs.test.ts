// Source of truth: LibreOffice, xmllint, msgfmt and translate-toolkit, which have to take translated documents. NMT_TEST_MODEL=DIR translates with a model.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Translator } from "../../src/decoding/translator.ts";
import { readDocument } from "../../src/documents/read-document.ts";
import { translateDocument } from "../../src/documents/translate-document.ts";
import { ZipMembers } from "../../src/documents/word/zip-members.ts";
import { loadTranslationModel } from "../../src/inference/open-model.ts";
import type { TranslateLines, WantedLine } from "../../src/segments/translate-lines.ts";
import { DOCX, TEXTS } from "./sample-documents.ts";

const has = (program: string) => spawnSync(program, ["--version"]).error === undefined;
const modelDirectory = process.env["NMT_TEST_MODEL"];
const PAGE = `<!DOCTYPE html><html lang="en"><head><title>Report</title></head><body>
<h1>A report on <i>dogs</i> &amp; people</h1>
<p>A man is <b>riding a bicycle</b> with <a href="https://example.org/?a=1&amp;b=2">two dogs</a>. They are happy.<br>A new line.</p>
<ul><li>One child plays.</li><li>Two women <u>sing</u> &lt;loudly&gt;.</li></ul>
<table border="1"><tr><th>Name</th><th>Place</th></tr><tr><td>A boy</td><td>In the park</td></tr></table>
</body></html>`;

let folder: string;
let translate: TranslateLines;
let dispose = () => {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nmt-programs-"));
  if (modelDirectory !== undefined) {
    const loaded = await loadTranslationModel(modelDirectory);
    const translator = new Translator(loaded, { nBest: 5, withAlignment: true }, () => {});
    translate = (lines) => translator.translate(lines);
    dispose = () => loaded.model.dispose();
  } else {
    // Letters that need escapes and more than a byte, around what has to stay.
    translate = async function* (lines: WantedLine[]) {
      for (const { text } of lines)
        yield { hypotheses: [{ text: `Ü&"'<x> ${text} 漢字` }, { text: `Größe ${text} ß` }] };
    };
  }
});
afterAll(() => dispose());

function run(program: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return stdout + stderr;
}

/** Converts with LibreOffice, whose profile is the test's own; returns the new file. */
function office(file: string, format: string): string {
  const profile = `-env:UserInstallation=file://${join(folder, "profile")}`;
  const said = run("soffice", profile, "--headless", "--convert-to", format, "--outdir", folder, file);
  expect(said).toMatch(/convert .* -> /);
  return join(folder, file.replace(/\.[^.]*$/, `.${format.split(":")[0]}`));
}

/** Writes the translation of a document beside it. */
async function translated(name: string, bytes: Uint8Array, reviewMarks = true): Promise<string> {
  const document = readDocument(bytes, name, { targetLanguage: "de" });
  const written = await translateDocument(document, translate, { language: "en", reviewMarks });
  writeFileSync(join(folder, `out-${name}`), written);
  return `out-${name}`;
}

describe.skipIf(!has("soffice"))("LibreOffice", () => {
  it("opens a translated Word document of its own making, with all its texts", async () => {
    writeFileSync(join(folder, "page.html"), PAGE);
    run(
      "soffice",
      `-env:UserInstallation=file://${join(folder, "profile")}`,
      "--headless",
      "--infilter=HTML (StarWriter)",
      "--convert-to",
      "docx:MS Word 2007 XML",
      "page.html",
    );
    const name = await translated("page.docx", readFileSync(join(folder, "page.docx")));
    const segments = readDocument(readFileSync(join(folder, name)), name).segments;
    expect(segments.length).toBeGreaterThanOrEqual(8);
    const text = readFileSync(office(name, "txt:Text (encoded):UTF8"), "utf8").replace(/\s+/g, " ");
    for (const segment of segments) {
      const words = segment.text
        .replace(/<\/?\d+\/?>/g, " ")
        .split(/\s+/)
        .filter((word) => /^[\p{L}\p{N}]+$/u.test(word));
      for (const word of words) expect(text).toContain(word);
    }
    expect(readFileSync(office(name, "pdf")).subarray(0, 5).toString()).toBe("%PDF-");
  });

  it("opens a translated Word document of notes, fields, links and boxes", async () => {
    const name = await translated("a.docx", DOCX);
    expect(readFileSync(office(name, "pdf")).subarray(0, 5).toString()).toBe("%PDF-");
  });

  it.each(["one.xlf", "a.po"])("opens a translated %s", async (sample) => {
    const name = await translated(sample, Buffer.from(TEXTS[sample]!));
    expect(readFileSync(office(name, "pdf")).subarray(0, 5).toString()).toBe("%PDF-");
  });
});

describe.skipIf(!has("xmllint"))("xmllint", () => {
  it.each(["one.xlf", "two.xliff", "a.tmx"])("finds a translated %s well-formed", async (sample) => {
    const name = await translated(sample, Buffer.from(TEXTS[sample]!));
    run("xmllint", "--nonet", "--noout", name);
  });

  it("finds the parts of a translated Word document well-formed", async () => {
    const name = await translated("a.docx", DOCX);
    const members = new ZipMembers(readFileSync(join(folder, name)), name);
    for (const part of ["word/document.xml", "word/footnotes.xml"]) {
      writeFileSync(join(folder, "part.xml"), members.content(part));
      run("xmllint", "--nonet", "--noout", "part.xml");
    }
  });
});

describe.skipIf(!has("msgfmt"))("msgfmt --check", () => {
  it("accepts a translated catalogue: header, plural forms, line breaks, formats", async () => {
    const header = [
      "Project-Id-Version: x 1",
      "PO-Revision-Date: 2026-01-01 00:00+0000",
      "Last-Translator: N <n@x.example>",
    ];
    header.push("Language-Team: de", "Language: de", "MIME-Version: 1.0", "Content-Transfer-Encoding: 8bit");
    const fields = header.map((field) => `"${field}\\n"\n`).join("");
    const source = TEXTS["a.po"]!.replace('"Content-Type', `${fields}"Content-Type`);
    for (const reviewMarks of [false, true]) {
      const name = await translated("a.po", Buffer.from(source), reviewMarks);
      const said = run("msgfmt", "--check", "--statistics", "-o", "a.mo", name);
      expect(said).toMatch(
        reviewMarks ? /^1 translated message, 4 fuzzy translations/ : /4 translated messages, 1 fuzzy/,
      );
      expect(said).not.toMatch(/untranslated/);
    }
  });
});

/** Units as translate-toolkit reads them: [source, target, whether it is to be reviewed]. */
const READ_UNITS = `
import json, sys
from translate.storage import factory
units = [u for u in factory.getobject(sys.argv[1]).units if not u.isheader() and u.source]
print(json.dumps([[str(u.source), str(u.target or ""), bool(u.isfuzzy())] for u in units]))
`;
const MEMORY = `<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4"><header srclang="en" segtype="sentence" datatype="plaintext" o-tmf="x" adminlang="en" creationtool="t" creationtoolversion="1"/><body>
<tu><tuv xml:lang="en"><seg>A dog &amp; a cat</seg></tuv><tuv xml:lang="de"><seg>Ein Hund &amp; eine Katze</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>A house</seg></tuv></tu>
</body></tmx>
`;
const toolkitPython = ["python3", "/usr/bin/python3"].find(
  (python) => spawnSync(python, ["-c", "import translate.storage.factory"]).status === 0,
);

describe.skipIf(toolkitPython === undefined)("translate-toolkit", () => {
  // It has no reader for XLIFF 2, and takes the first variant of a unit of TMX for the source, the second for the target.
  it.each([
    ["a.po", TEXTS["a.po"]!],
    ["one.xlf", TEXTS["one.xlf"]!],
    ["memory.tmx", MEMORY],
  ])("reads a translated %s: the same units, all translated", async (name, text) => {
    writeFileSync(join(folder, name), text);
    const before = units(name);
    const after = units(await translated(name, Buffer.from(text)));
    expect(after.map(([source]) => source)).toEqual(before.map(([source]) => source));
    const changed = after.filter(([, target], i) => target !== before[i]![1]);
    expect(changed.length).toBeGreaterThan(0);
    if (modelDirectory === undefined) for (const [, target] of changed) expect(target).toMatch(/Ü&|Größe/);
    // The XLIFF has a target whose state asks for another one.
    const kept = before.filter(([, target], i) => target !== "" && after[i]![1] === target);
    expect(kept).toHaveLength(before.filter(([, target]) => target !== "" && target !== "Has one").length);
  });

  function units(name: string): [source: string, target: string, isFuzzy: boolean][] {
    return JSON.parse(run(toolkitPython!, "-c", READ_UNITS, name));
  }
});
