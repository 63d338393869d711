// Source of truth: what `nmt finetune --help` says of --data, and the formats' own files.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { textFilesOf } from "../../src/finetuning/text-files.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-text-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text = "a\n"): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const messages: string[] = [];
const place = (name: string) => ({
  option: "--data",
  folder: join(folder, "imported", name),
  onMessage: (message: string) => messages.push(message),
});

describe("plain files", () => {
  test.each<[string[], [string, string][]]>([
    [["a.en", "a.de"], [["a.en", "a.de"]]],
    [["a.de", "a.en"], [["a.en", "a.de"]]],
    [
      ["b.de.txt", "b.en", "x.txt", "y.txt"],
      [
        ["b.de.txt", "b.en"],
        ["x.txt", "y.txt"],
      ],
    ],
    [["pairs.tsv#2", "pairs.tsv#1"], [["pairs.tsv#2", "pairs.tsv#1"]]],
  ])("%j", async (names, expected) => {
    for (const name of names) write(name.replace(/#.$/, ""), "a\tb\n");
    const files = await textFilesOf(
      names.map((name) => join(folder, name)),
      ["en", "de"],
      place("plain"),
    );
    expect(files.map(({ pathSrc, pathTgt }) => [pathSrc, pathTgt].map((path) => relative(folder, path)))).toEqual(
      expected,
    );
  });

  test("of languages without names are taken as they stand", async () => {
    const names = [write("c.de"), write("c.en")];
    expect((await textFilesOf(names, [undefined, undefined], place("unnamed")))[0]!.pathSrc).toBe(names[0]);
  });

  test("without their other language are refused", async () => {
    const names = ["d.en", "d.de", "e.en"].map((name) => write(name));
    await expect(textFilesOf(names, ["en", "de"], place("odd"))).rejects.toMatchObject({
      name: "UsageError",
      where: names[2],
      nextStep: "Give plain files in twos: --data FILE.en FILE.de.",
    });
  });
});

test("files and folders of other formats become one text, beside plain files", async () => {
  const unit = (en: string, de: string) =>
    `<tu><tuv xml:lang="en"><seg>${en}</seg></tuv><tuv xml:lang="de"><seg>${de}</seg></tuv></tu>`;
  const tmx = (body: string) => `<?xml version="1.0"?><tmx version="1.4"><header/><body>${body}</body></tmx>`;
  const memory = write("memory.tmx", tmx(unit("yes", "ja")));
  write("project/old/app.tmx", tmx(unit("no", "nein")));
  write("project/readme.md", "# nothing\n");
  const plain = [write("f.en"), write("f.de")];
  const names = [memory, plain[0]!, join(folder, "project"), plain[1]!];
  const files = await textFilesOf(names, ["en", "de"], place("formats"));
  expect(files[0]).toEqual({ pathSrc: plain[0], pathTgt: plain[1] });
  const [source, target] = [files[1]!.pathSrc, files[1]!.pathTgt].map((path) => readFileSync(path, "utf8"));
  expect([source, target]).toEqual(["yes\nno\n", "ja\nnein\n"]);
  expect(messages[0]).toMatch(/^--data: 2 pairs of 2 files/);
  const before = messages.length;
  await textFilesOf(names, ["en", "de"], place("formats"));
  expect(messages.length).toBe(before);
});
