/** Source of truth: the promise that a reader sees the old file or the whole new one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic } from "../../src/base/atomic-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("writeFileAtomic", () => {
  it("writes text, bytes and streams of chunks, creating folders", () => {
    const path = join(folder, "a", "b", "file");
    writeFileAtomic(path, "grüße");
    expect(readFileSync(path, "utf8")).toBe("grüße");
    writeFileAtomic(path, ["one, ", Buffer.from("two"), new Uint8Array(0)]);
    expect(readFileSync(path, "utf8")).toBe("one, two");
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["file"]);
  });

  it("keeps the old file, and nothing else, when the content fails halfway", () => {
    const path = join(folder, "file");
    writeFileAtomic(path, "old");
    function* failing() {
      yield "new";
      expect(readFileSync(path, "utf8")).toBe("old");
      throw new Error("stop");
    }
    expect(() => writeFileAtomic(path, failing())).toThrow("stop");
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});
