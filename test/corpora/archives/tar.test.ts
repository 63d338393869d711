// Source of truth: the files put into archives, by this test's writer and by the system's tar.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readTarGz } from "../../../src/corpora/archives/tar.ts";
import { tarGz } from "./archive.ts";

const files = {
  "package/a.txt": "a",
  "package/empty": "",
  [`package/${"long/".repeat(30)}name.json`]: "{}",
  "package/block": "x".repeat(512),
  "package/ü.txt": "größer",
};
const texts = (archive: Uint8Array) =>
  Object.fromEntries([...readTarGz(archive, "x.tgz")].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]));

test("files come back by path", () => {
  expect(texts(tarGz(files))).toEqual(files);
});

test.each(["ustar", "pax", "gnu"])("archives of the system's tar, format %s", (format) => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-tar-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    let archive: Uint8Array;
    try {
      archive = execFileSync("tar", ["-C", folder, `--format=${format}`, "-czf", "-", "package"], { stdio: "pipe" });
    } catch {
      return; // No such tar here.
    }
    expect(texts(archive)).toEqual(files);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("damage is told with the archive's name", () => {
  const archive = gunzipSync(tarGz(files));
  const altered = Buffer.from(archive);
  altered[3]! ^= 1;
  for (const bytes of [Buffer.from("no gzip"), gzipSync(altered), gzipSync(archive.subarray(0, 700 * 3))]) {
    expect(() => readTarGz(bytes, "x.tgz")).toThrow(expect.objectContaining({ name: "DataError", where: "x.tgz" }));
  }
});
