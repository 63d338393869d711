/** Source of truth: the promise that a reader sees the old file or the whole new one. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  AtomicFile,
  commitFile,
  removeAllLeftovers,
  removeLeftovers,
  writeFileAtomic,
} from "../../src/base/atomic-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nmt-atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("AtomicFile", () => {
  it("has its name, and all of its pieces in their order, from commit on", () => {
    const path = join(folder, "a", "b", "file");
    const file = new AtomicFile(path);
    file.append("grü");
    file.append(Buffer.from("ße"));
    file.append(new Uint8Array(0));
    file.append(", 😀");
    expect(existsSync(path)).toBe(false);
    file.commit();
    expect(readFileSync(path, "utf8")).toBe("grüße, 😀");
    file.abort();
    expect(readFileSync(path, "utf8")).toBe("grüße, 😀");
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["file"]);
  });

  it("leaves the old file, and nothing else, when aborted, however often", () => {
    const path = join(folder, "file");
    writeFileSync(path, "old");
    const file = new AtomicFile(path);
    file.append("new");
    expect(readFileSync(path, "utf8")).toBe("old");
    file.abort();
    file.abort();
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("takes no name that a folder has, and leaves nothing then", () => {
    mkdirSync(join(folder, "taken", "inner"), { recursive: true });
    const file = new AtomicFile(join(folder, "taken"));
    expect(() => file.commit()).toThrow();
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});

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

describe("commitFile", () => {
  it("gives a finished file its name, in place of an old one", () => {
    const [part, path] = [join(folder, "file.part"), join(folder, "file")];
    writeFileSync(path, "old");
    writeFileSync(part, "new");
    commitFile(part, path);
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("leftovers", () => {
  /** No process has it: numbers end at 2^22. */
  const gone = 2 ** 22 + 1;
  const write = (...names: string[]) => {
    mkdirSync(join(folder, "inner"), { recursive: true });
    for (const name of names) writeFileSync(join(folder, name), "x");
  };
  const left = () => readdirSync(folder, { recursive: true }).sort();

  it("of processes that are no more go, of one file or of a whole folder", () => {
    const host = hostname().replace(/[^\w-]/g, "_");
    const running = `a.${host}.${process.ppid}.tmp`;
    const kept = ["a", "a.tmp", running, `ab.${host}.${gone}.tmp`, `inner/a.${host}.${gone}.tmp`];
    write(...kept, `a.${host}.${gone}.tmp`, `a.${host}.${process.pid}.tmp`);
    removeLeftovers(join(folder, "a"));
    expect(left()).toEqual(["inner", ...kept].sort());
    removeAllLeftovers(folder);
    expect(left()).toEqual(["a", "a.tmp", running, "inner"].sort());
  });

  it("of other machines stay, whose processes are not known here", () => {
    const others = [`a.elsewhere.${gone}.tmp`, `a.${gone}.tmp`, `train.de.${gone}.tmp`];
    write(...others);
    for (const name of ["a", "train"]) removeLeftovers(join(folder, name));
    removeAllLeftovers(folder);
    expect(left()).toEqual(["inner", ...others].sort());
  });

  it("have the machine and the process in their names", () => {
    const file = new AtomicFile(join(folder, "a"));
    const host = hostname().replace(/[^\w-]/g, "_");
    expect(left()).toEqual([`a.${host}.${process.pid}.tmp`]);
    file.abort();
  });
});
