// Source of truth: the members put in by this test's writers; the system's msgfmt and zip formats are public.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { archiveMembers, memberBytes, unpackMembers } from "../../../src/corpora/archives/archive-member.ts";
import { readCatalogue } from "../../../src/corpora/formats/gettext/mo.ts";
import { tarGz } from "./archive.ts";
import { ar, mo, zip } from "./zip-archive.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-archives-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = { "a/one.txt": "one\n", "a/empty": "", "größe.txt": "größer", "big.bin": "0123456789".repeat(100_000) };

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function contents(path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const member of archiveMembers(path)) found[member.path] = (await memberBytes(member)).toString("utf8");
  return found;
}

const deb = () =>
  ar({ "debian-binary": Buffer.from("2.0\n"), "control.tar.gz": tarGz({ control: "x" }), "data.tar.gz": tarGz(files) });

describe("members of archives", () => {
  test.each([
    ["deflated.zip", () => zip(files)],
    ["stored.zip", () => zip(files, true)],
    ["packed.tgz", () => tarGz(files)],
    ["packed.tar.gz", () => tarGz(files)],
    ["plain.tar", () => gunzipSync(tarGz(files))],
    ["package_1_all.deb", deb],
  ])("%s", async (name, bytes) => {
    expect(await contents(written(name, bytes()))).toEqual(files);
  });

  test("are unpacked by name, and what is missing is named", async () => {
    const path = written("some.tgz", tarGz(files));
    const places = await unpackMembers(path, ["größe.txt", "a/one.txt"], join(folder, "out"));
    expect(readFileSync(places.get("größe.txt")!, "utf8")).toBe("größer");
    expect(readFileSync(join(folder, "out", "a", "one.txt"), "utf8")).toBe("one\n");
    await expect(unpackMembers(path, ["a/two.txt"], join(folder, "out"))).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringContaining("a/two.txt"),
      where: path,
    });
  });

  test("every cut and many changed bytes give a typed error or the same texts", async () => {
    for (const [name, whole] of [
      ["cut.zip", zip({ x: "text\n".repeat(50), y: "z" })],
      ["cut.tgz", tarGz({ x: "text\n".repeat(50), y: "z" })],
      ["cut_1_all.deb", ar({ "data.tar.gz": tarGz({ x: "text\n".repeat(50) }) })],
    ] as const) {
      const expected = await contents(written(name, whole));
      for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 40)) {
        const altered = Buffer.from(whole);
        altered[at]! ^= 0x55;
        for (const bytes of [whole.subarray(0, at), altered]) {
          const result = await contents(written(name, bytes)).catch((error: Error) => error);
          if (result instanceof Error) expect(result.name, `${name} at ${at}`).toBe("DataError");
          else
            for (const [path, text] of Object.entries(result)) if (path in expected) expect(text).toBe(expected[path]);
        }
      }
    }
  });
});

describe("message catalogues", () => {
  test.each(["LE", "BE"] as const)("with contexts and plurals, %s", (order) => {
    const bytes = mo(
      [
        ["Open", "Öffnen"],
        ["menu\u0004Open", "Aufmachen"],
        ["%d file\0%d files", "%d Datei\0%d Dateien"],
      ],
      order,
    );
    expect(readCatalogue(bytes, "x.mo")).toEqual([
      { english: ["Open"], translation: ["Öffnen"] },
      { context: "menu", english: ["Open"], translation: ["Aufmachen"] },
      { english: ["%d file", "%d files"], translation: ["%d Datei", "%d Dateien"] },
    ]);
  });

  test("damage is told", () => {
    const whole = mo([["Open", "Öffnen"]]);
    for (const bytes of [
      Buffer.from("none"),
      gzipSync(whole),
      whole.subarray(0, 40),
      whole.subarray(0, whole.length - 6),
    ]) {
      expect(() => readCatalogue(bytes, "x.mo")).toThrow(expect.objectContaining({ name: "DataError", where: "x.mo" }));
    }
  });
});
