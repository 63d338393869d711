/** Source of truth: the checksums of RFC 1321 and FIPS 180-4, and Node's own of a file of several chunks. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { hashFile } from "../../../src/data/files/hash-file.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-hash-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "file.gz");

it("is of the bytes as they are stored, whatever the name", () => {
  writeFileSync(path, "abc");
  expect(hashFile(path)).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(hashFile(path, "md5")).toBe("900150983cd24fb0d6963f7d28e17f72");
});

it("is of all chunks", () => {
  const bytes = Buffer.alloc(1_000_003, "some text, ");
  writeFileSync(path, bytes);
  expect(hashFile(path)).toBe(createHash("sha256").update(bytes).digest("hex"));
});

it("needs a file", () => {
  expect(() => hashFile(join(folder, "none"))).toThrow(expect.objectContaining({ name: "DataError" }));
});
