// Source of truth: a program that stands for npm and does what this test tells it.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { archiveName, fetchPackages, type NpmPackage, readPackage } from "../../../src/corpora/fetch/npm-packages.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-npm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content = "the archive";
const wanted = (name: string): NpmPackage => ({
  name,
  version: "1.2.3",
  integrity: `sha512-${createHash("sha512").update(content).digest("base64")}`,
});

/** A program that runs this script with its arguments in `args` and `destination`. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!${process.execPath}
    const fs = require("node:fs");
    const args = process.argv.slice(2);
    const destination = args[args.indexOf("--pack-destination") + 1];
    ${script}`,
  );
  chmodSync(path, 0o755);
  return path;
}

const packs = (text: string, log: string) => `
  fs.appendFileSync(${JSON.stringify(join(folder, log))}, args.join(" ") + "\\n");
  for (const spec of args.slice(1, args.indexOf("--silent"))) {
    const at = spec.lastIndexOf("@");
    const name = spec.slice(0, at).replace("@", "").replace("/", "-") + "-" + spec.slice(at + 1) + ".tgz";
    fs.writeFileSync(destination + "/" + name, ${JSON.stringify(text)});
  }`;

describe.skipIf(process.platform === "win32")("npm packages", () => {
  test("are fetched in one call, verified, and kept", async () => {
    const cache = join(folder, "cache");
    const npm = program("npm-good", packs(content, "good.log"));
    const both = [wanted("@scope/one"), wanted("two")];
    await fetchPackages(cache, both, npm);
    expect(readdirSync(cache).sort()).toEqual(["scope-one-1.2.3.tgz", "two-1.2.3.tgz"]);
    for (const each of both) expect(Buffer.from(readPackage(cache, each)).toString()).toBe(content);
    await fetchPackages(cache, both, npm);
    const calls = () => readFileSync(join(folder, "good.log"), "utf8").trim().split("\n");
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatch(/^pack @scope\/one@1\.2\.3 two@1\.2\.3 .*--ignore-scripts/);
    writeFileSync(join(cache, archiveName(both[1]!)), "damaged");
    await fetchPackages(cache, both, npm);
    expect(calls()[1]).toMatch(/^pack two@1\.2\.3 /);
  });

  test.each([
    [
      "fails",
      "process.stderr.write('npm error code ECONNREFUSED\\nnpm error network down\\n'); process.exit(1)",
      /ECONNREFUSED; network down/,
    ],
    ["fails without a word", "process.exit(7)", /code 7/],
    ["delivers other bytes", packs("other bytes", "bad.log"), /checksum differs/],
    ["delivers nothing", "", /checksum differs/],
  ])("npm %s: DownloadError, and nothing is kept", async (name, script, message) => {
    const cache = join(folder, name);
    await expect(fetchPackages(cache, [wanted("one")], program(`npm-${name}`, script))).rejects.toMatchObject({
      name: "DownloadError",
      message: expect.stringMatching(message),
      where: "npm pack one@1.2.3",
      nextStep: expect.any(String),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  test("npm is missing", async () => {
    const none = join(folder, "no-such-program");
    await expect(fetchPackages(join(folder, "none"), [wanted("one")], none)).rejects.toMatchObject({
      name: "DownloadError",
    });
  });

  test("a folder without the package, or with an altered one", () => {
    expect(existsSync(join(folder, "one-1.2.3.tgz"))).toBe(false);
    expect(() => readPackage(folder, wanted("one"))).toThrow(
      expect.objectContaining({ name: "DataError", nextStep: expect.stringContaining("npm pack one@1.2.3") }),
    );
    writeFileSync(join(folder, "one-1.2.3.tgz"), "altered");
    expect(() => readPackage(folder, wanted("one"))).toThrow(/checksum differs/);
  });
});
