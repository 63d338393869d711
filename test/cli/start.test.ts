/** Source of truth: the text of the command, which runs the same whatever lies beside it. A stand-in takes the place of the real one. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "start-"));
const command = join(folder, "dist/command/nmt.cjs");
const cache = join(folder, `dist/command/nmt-${process.versions.v8}-${process.arch}.cache`);
mkdirSync(join(folder, "bin"));
for (const name of ["nmt.js", "package.json"]) copyFileSync(join(root, "bin", name), join(folder, "bin", name));

/** A command that prints a word of three letters; `build` stands for the checksum of its text. */
function text(word: string, build = "a"): string {
  return `// nmt ${build.repeat(64)}\n"use strict"; exports.main = async (words) => { console.log("${word}", ...words); return 3; };\n`;
}

/** Writes a command and what V8 makes of it once it has run, as bin/code-cache.mjs does. */
function build(written: string): void {
  mkdirSync(join(folder, "dist/command"), { recursive: true });
  writeFileSync(command, written);
  const script = `
    const { readFileSync, writeFileSync } = require("node:fs");
    const source = readFileSync(${JSON.stringify(command)}, "utf8");
    const whole = "(function (exports, require, module, __filename, __dirname) {" + source + "\\n})";
    const script = new (require("node:vm").Script)(whole, { filename: ${JSON.stringify(command)} });
    const loaded = { exports: {} };
    script.runInThisContext()(loaded.exports, require, loaded, "", "");
    loaded.exports.main([]).then(() => {
      writeFileSync(${JSON.stringify(cache)}, Buffer.concat([Buffer.from(source.slice(0, 72)), script.createCachedData()]));
    });`;
  execFileSync(process.execPath, ["-e", script], { env });
}

const { NODE_OPTIONS: _, ...env } = process.env;

/** What the command prints and its exit code. */
function run(): string {
  try {
    execFileSync(process.execPath, [join(folder, "bin/nmt.js"), "x", "y"], { env, encoding: "utf8", stdio: "pipe" });
    return "exit 0";
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return `${stdout}${stderr}exit ${status}`;
  }
}

describe("bin/nmt.js", () => {
  beforeEach(() => {
    rmSync(join(folder, "dist"), { recursive: true, force: true });
    build(text("one"));
  });

  it("runs the command, and ends with its code", () => {
    expect(run()).toBe("one x y\nexit 3");
  });

  it("runs it where nothing was compiled ahead", () => {
    rmSync(cache);
    expect(run()).toBe("one x y\nexit 3");
  });

  it("takes what was compiled of this build, and not what was compiled of another", () => {
    // V8 compares lengths: as long as the first line says that both are of one build, the text may lie.
    writeFileSync(command, text("two"));
    expect(run()).toBe("one x y\nexit 3");
    writeFileSync(command, text("two", "b"));
    expect(run()).toBe("two x y\nexit 3");
  });

  it("reads the command as UTF-8, which regular expressions have in them", () => {
    build(text('" + "\\u00f8\\u2581".replace(/ø▁/, "one") + "'));
    expect(run()).toBe("one x y\nexit 3");
    rmSync(cache);
    expect(run()).toBe("one x y\nexit 3");
  });

  it("runs the text where what was compiled is damaged or cut off", () => {
    const whole = readFileSync(cache);
    for (const at of [0, 71, 72, 76, 80, 84, 90, 200, whole.length - 1]) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1;
      writeFileSync(cache, damaged);
      expect(run(), `byte ${at}`).toBe("one x y\nexit 3");
    }
    for (const length of [0, 71, 72, 100, whole.length - 1]) {
      writeFileSync(cache, whole.subarray(0, length));
      expect(run(), `${length} bytes`).toBe("one x y\nexit 3");
    }
  });
});
