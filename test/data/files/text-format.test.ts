/** Source of truth: the formats' own specifications, and lines of text that have markup in them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { inputLines, readLines, streamAligned, streamLines } from "../../../src/data/files/corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, "text");

async function read(content: string | Uint8Array): Promise<string[]> {
  writeFileSync(path, content);
  const lines: string[] = [];
  for await (const line of inputLines(path)) lines.push(line);
  return lines;
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const TMX =
  '<tmx version="1.4">\n  <header srclang="en"/>\n  <body>\n    <tu><tuv xml:lang="en"><seg>One</seg></tuv></tu>\n';

describe("is refused by its name", () => {
  test.each([
    ["TMX", XML + TMX, "<seg>"],
    ["TMX", TMX, "<seg>"],
    ["TMX", `\ufeff\n${XML}<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<!-- a\ncomment -->\n${TMX}`, "<seg>"],
    ["TMX", Buffer.from(`\ufeff${XML}${TMX}`, "utf16le"), "<seg>"],
    ["XLIFF", `${XML}<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file>`, "<source>"],
    ["HTML", "<!DOCTYPE html>\n<html lang=en><head><title>A</title>", "plain text"],
    ["HTML", '<!doctype HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://x">\n<HTML>\n<HEAD>', "plain text"],
    ["HTML", "<html>\n <body>\n", "plain text"],
    ["WMT", '<srcset setid="newstest2014" srclang="any">\n<doc sysid="ref">\n', "<seg>"],
    ["WMT", '<refset setid="x">\n<DOC docid="a">\n', "<seg>"],
    ["<dataset>", `${XML}<dataset id="newstest2024">\n<doc>`, "plain text"],
    ["<cs:root>", `${XML}<cs:root xmlns:cs="x">a</cs:root>`, "plain text"],
    ["Android", `${XML}<resources>\n<string name="a">b</string>`, "<string>"],
    ["OPUS", `${XML}<!DOCTYPE cesAlign PUBLIC "-//CES//DTD" "">\n<cesAlign version="1.0">`, "nmt data import"],
    ["Qt Linguist", `${XML}<!DOCTYPE TS>\n<TS version="2.1">`, "nmt data import"],
    ["RTF", "{\\rtf1\\ansi text}", "plain text"],
    ["PDF", "%PDF-1.4\n%\u00e2", "plain text"],
    ["ZIP", Buffer.from("504b03041400080808", "hex"), "plain text"],
    ["subtitles", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", "times"],
    ["subtitles", "1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n", "times"],
    ["gettext", '# A comment\n\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain\\n"\n', "msgstr"],
    ["UTF-16", Buffer.from("\ufeffSchöne Worte\n", "utf16le"), "iconv -f UTF-16"],
  ])("%s", async (name, content, nextStep) => {
    const wanted = { name: "DataError", where: path, nextStep: expect.stringContaining(nextStep) };
    await expect(read(content)).rejects.toMatchObject({ ...wanted, message: expect.stringContaining(name) });
    expect(() => [...readLines(path)]).toThrow(expect.objectContaining(wanted));
    await expect(streamLines(path).next()).rejects.toMatchObject(wanted);
    await expect(streamAligned(path, path).next()).rejects.toMatchObject(wanted);
  });

  test("compressed too", async () => {
    await expect(read(gzipSync(XML + TMX))).rejects.toMatchObject({ message: expect.stringContaining("TMX") });
  });
});

test("many blank lines at the beginning take no time", async () => {
  const lines = [...Array.from({ length: 4000 }, () => ""), "text", 'msgid "a"', 'msgstr "b"'];
  expect(await read(lines.join("\n"))).toEqual(lines);
});

test.each([
  [["a < b", "c > d"]],
  [["<none>", "<unknown>", "<b>Note</b>: see <a href='x'>here</a>"]],
  [["<html>Could not open<br>the file.</html>", "<html><b>Warning</b></html>"]],
  [["<html><body><b>Warning</b></body></html>", "next"]],
  [["<html>", "A page begins with this tag."]],
  [["<tmx> is the root of a translation memory.", "<tu> is a unit."]],
  [['<?xml version="1.0"?>', "is how XML begins."]],
  [["<!DOCTYPE html>", "is how HTML begins."]],
  [["<!-- comment -->", "<p>text</p>"]],
  [["<2de> Hello", "<2fr> Hello"]],
  [["<CHAPTER ID=1>", "Resumption of the session", "<SPEAKER ID=1>"]],
  [["<", "<<", "<3 you", "< a"]],
  [["msgid", 'msgid "a"', "text"]],
  [["WEBVTT is", "a format.", "1", "00:00 --> 1"]],
  [["first line", '<?xml version="1.0"?>', "<tmx>", "<header/>"]],
])("lines that contain markup are text: %j", async (lines) => {
  expect(await read(lines.map((line) => `${line}\n`).join(""))).toEqual(lines);
});
