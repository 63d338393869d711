/** Source of truth: lines whose alignment is known, for their words were translated one by one. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { loadAddon, startThreads } from "../../../src/backends/native/addon.ts";
import { type LogSink, setLogSink } from "../../../src/base/logger.ts";
import { Random } from "../../../src/base/random.ts";
import { alignCommand } from "../../../src/cli/commands/align.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { toyWordpieces } from "../toy-model-directory.ts";

const folder = mkdtempSync(join(tmpdir(), "nmt-align-"));
let sink: LogSink;
const logged: string[] = [];
beforeAll(() => {
  sink = setLogSink((line) => logged.push(line));
});
beforeEach(() => {
  logged.length = 0;
});
afterAll(() => {
  setLogSink(sink);
  startThreads(loadAddon(), 1);
  rmSync(folder, { recursive: true });
});

function file(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

const words = ["eine", "kleine", "Katze", "trinkt", "gerne", "kalte", "Milch", "abends"];
const translations = ["a", "little", "cat", "drinks", "gladly", "cold", "milk", "nightly"];
const random = new Random(5);
const chosen = Array.from({ length: 300 }, () =>
  random.shuffle(words.map((_, i) => i)).slice(0, 1 + random.integer(words.length)),
);
const sentences = (of: readonly string[]) => chosen.map((each) => each.map((i) => of[i]).join(" "));
const src = file("text.de", [...sentences(words), "", "eine Katze"]);
const tgt = file("text.en", [...sentences(translations), "a", ""]);
const expected = chosen.map((each) => each.map((_, i) => `${i}-${i}`).join(" "));

/** Of the texts above, unless the options name others. */
async function align(...options: string[]): Promise<string[]> {
  const given = (name: string, path: string) => (options.includes(name) ? [] : [name, path]);

  let output = "";
  const written = vi.spyOn(process.stdout, "write").mockImplementation((text, ...more) => {
    output += text;
    for (const done of more) if (typeof done === "function") (done as () => void)();
    return true;
  });
  try {
    await runCommand(alignCommand, [
      "align",
      ...given("--src", src),
      ...given("--tgt", tgt),
      "--threads",
      "1",
      ...options,
    ]);
  } finally {
    written.mockRestore();
  }
  return output.split("\n").slice(0, -1);
}

describe("nmt align", () => {
  it("gives a line of links for each line, blank for one without words", async () => {
    const links = await align("--vocab_size", "400");
    expect(links).toHaveLength(302);
    expect(links.slice(300)).toEqual(["", ""]);
    expect(links.slice(0, 300).filter((line, i) => line === expected[i]).length).toBeGreaterThan(290);
    expect(logged.at(-1)).toContain("aligned 302 lines, with what 300 pairs show");
  });

  it("learns from some of the pairs, and aligns all", async () => {
    const links = await align("--vocab_size", "400", "--max_pairs", "151", "--iterations", "2");
    expect(links).toHaveLength(302);
    expect(logged.at(-1)).toMatch(/with what 15[01] pairs show/);
    expect(logged.filter((line) => line.includes("Markov"))).toHaveLength(4);
  });

  it("writes a file, and takes wordpieces and a way to symmetrise", async () => {
    const wordpieces = join(folder, "toy.model");
    toyWordpieces([]).save(wordpieces);
    const output = join(folder, "links");
    const [letters, translated] = [file("letters", ["a b", "b a", "a"]), file("more", ["c d", "d c", "c"])];
    const options = ["--wordpiece_model", wordpieces, "--output", output, "--symmetrization", "intersection"];
    expect(await align("--src", letters, "--tgt", translated, ...options)).toEqual([]);
    expect(readFileSync(output, "utf8")).toBe("0-0 1-1\n0-0 1-1\n0-0\n");
  });

  it("says how many lines are too long", async () => {
    const [long, short] = [file("long", ["a ".repeat(501), "a"]), file("short", ["a", "a"])];
    const wordpieces = join(folder, "letters.model");
    toyWordpieces([]).save(wordpieces);
    expect(await align("--src", long, "--tgt", short, "--wordpiece_model", wordpieces)).toEqual(["", "0-0"]);
    expect(logged.at(-1)).toContain("1 lines have more than 500 wordpieces, and no alignment");
  });

  it.each<[string[], string]>([
    [["--iterations", "0"], "--iterations is 0"],
    [["--max_pairs", "1.5"], "--max_pairs is 1.5"],
    [["--src", "-"], "--src is standard input, which can be read once"],
    [["--tgt", file("fewer", ["a"])], "different numbers of lines"],
  ])("refuses %j", async (options, message) => {
    await expect(align("--vocab_size", "400", ...options)).rejects.toThrow(message);
  });

  it("refuses text without any pair, and writes nothing", async () => {
    const [blank, output] = [file("blank", ["", "a"]), join(folder, "none")];
    const options = ["--src", blank, "--tgt", file("other", ["a", ""]), "--output", output];
    await expect(align(...options, "--wordpiece_model", join(folder, "toy.model"))).rejects.toThrow("No pair of lines");
    expect(existsSync(output)).toBe(false);
  });
});
