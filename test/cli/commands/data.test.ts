/** Source of truth: the recipes' own descriptions, and the folders they write. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RECIPES } from "../../../data-scripts/recipes.ts";
import { main } from "../../../src/cli/main.ts";

let out = "";
let err = "";
let folder = "";
beforeEach(() => {
  out = "";
  err = "";
  folder = mkdtempSync(join(tmpdir(), "nmt-data-"));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe("nmt data", () => {
  it("lists every corpus when none is named", async () => {
    expect(await main(["data"])).toBe(0);
    for (const { name, description } of RECIPES) expect(out).toMatch(new RegExp(`^${name} +${description}$`, "m"));
  });

  it("prepares a corpus, prints origin, licence and counts, and only the folder on standard output", async () => {
    const output = join(folder, "toy");
    expect(await main(["data", "reverse", "--output", output])).toBe(0);
    expect(out).toBe(`${output}\n`);
    expect(err).toMatch(/Origin: generated/);
    expect(err).toMatch(/Licence: CC0/);
    expect(err).toMatch(/src-tgt: train 20000, valid 500, test 500 lines\n/);
    expect(existsSync(join(output, "train.src"))).toBe(true);
    expect(await main(["data", "reverse", "--output", output])).toBe(0);
    expect(err).toMatch(/already prepared/);
  });

  it("suggests what there is for a wrong name, a wrong pair, a folder without the files", async () => {
    expect(await main(["data", "reverze"])).toBe(2);
    expect(err).toMatch(/There is no corpus "reverze"[\s\S]*reverse, vscode-l10n, multi30k/);
    expect(await main(["data", "multi30k", "--pair", "en-xx"])).toBe(2);
    expect(err).toMatch(/no language pair "en-xx"[\s\S]*en-de, en-fr/);
    expect(await main(["data", "multi30k", "--from", folder, "--output", join(folder, "out")])).toBe(1);
    expect(err).toContain(`at: ${folder}`);
    expect(out).toBe("");
  });
});
