/** `nmt data import` of a translation memory and a PO file. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../src/base/random.ts";
import type { OpenTask } from "./kill-task.ts";

const UNITS = 20_000;

export const importTask: OpenTask = async (folder, { nmt, seed }) => {
  const random = new Random(seed);
  const text = (language: string) => `${language} ${random.uniform().toString(36)}`;
  const [memory, catalogue, output] = ["a.tmx", "b.po", "corpus"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(memory, tmxOf(Array.from({ length: UNITS }, () => [text("en"), text("de")])));
  const entries = Array.from({ length: UNITS / 4 }, () => `msgid "${text("en")}"\nmsgstr "${text("de")}"\n`);
  writeFileSync(catalogue, `msgid ""\nmsgstr "Language: de\\n"\n\n${entries.join("\n")}`);
  return {
    words: [...nmt, "data", "import", memory, catalogue, "--pair", "en-de", "--output", output],
    output,
    kept: [],
    close: () => {},
  };
};

/** Texts without markup. */
export function tmxOf(pairs: readonly (readonly [source: string, target: string])[]): string {
  const side = (language: string, text: string) => `<tuv xml:lang="${language}"><seg>${text}</seg></tuv>`;
  const units = pairs.map(([source, target]) => `<tu>${side("en", source)}${side("de", target)}</tu>`);
  const header = `<header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en" srclang="en" datatype="plaintext"/>`;
  return `<?xml version="1.0"?>\n<tmx version="1.4">${header}<body>\n${units.join("\n")}\n</body></tmx>\n`;
}
