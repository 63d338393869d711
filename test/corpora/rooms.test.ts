/** Source of truth: the order of the folders inside src/corpora: each imports only those after it, and text files of src/data. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const source = resolve(import.meta.dirname, "..", "..", "src");
const may: Record<string, string[]> = {
  "corpora/recipes": ["corpora/test-sets", "corpora/fetch", "corpora/archives", "corpora/formats"],
  "corpora/sources": ["corpora/recipes", "corpora/importing", "corpora/formats", "corpora/fetch", "corpora/archives"],
  "corpora/test-sets": ["corpora/fetch", "corpora/archives", "corpora/formats"],
  "corpora/fetch": [],
  "corpora/archives": [],
  "corpora/importing": ["corpora/formats", "corpora/archives"],
  "corpora/formats": [
    "metrics/",
    "data/cleaning",
    "documents/segments",
    "documents/syntax",
    "config/choices.ts",
    "corpora/archives",
  ],
};

/** The folder of src/corpora a file is in, however deep; what stands in src/corpora itself counts as a folder of its own. */
function room(path: string): string {
  if (!path.startsWith("corpora/")) return path;
  const [, inner] = dirname(path).split("/");
  return inner === undefined ? "corpora/recipes" : `corpora/${inner}`;
}

it("folders of corpora depend one way", () => {
  const files = (readdirSync(join(source, "corpora"), { recursive: true }) as string[]).filter((f) =>
    f.endsWith(".ts"),
  );
  const seen = new Set<string>();
  for (const file of files.map((each) => join("corpora", each))) {
    const from = room(file);
    for (const [, target] of readFileSync(join(source, file), "utf8").matchAll(/ from "(\.[^"]+)"/g)) {
      const to = room(relative(source, resolve(source, dirname(file), target!)));
      const allowed = [from, ...may[from]!, "base/", "data/files"];
      expect(
        allowed.some((each) => to.startsWith(each)),
        `${file} imports ${to}`,
      ).toBe(true);
      seen.add(from);
    }
  }
  expect([...seen].sort()).toEqual(Object.keys(may).sort());
});
