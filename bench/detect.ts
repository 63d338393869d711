/** How often the server tells a sentence's language right: sentences of files whose language is known, among all of their languages. */
import { readFileSync } from "node:fs";
import { UsageError } from "../src/base/errors.ts";
import { LanguageDetection } from "../src/server/languages/language-detector.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";

const defaults = { input: "", sentences: 1000 } as const;

export const run: Benchmark = async (argv) => {
  const { input, sentences } = readOptions(argv, defaults);
  const files = input.split(",").map((part) => part.split("=") as [string, string | undefined]);
  const languages = files.map(([language]) => language);
  const detection = new LanguageDetection(() => languages);
  await detection.prepare(languages);
  const detected: Row[] = files.map(([language, file]) => {
    if (file === undefined) {
      throw new UsageError(`--input is "${input}"`, { nextStep: "Give files by language: --input en=FILE,de=FILE." });
    }
    const lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(0, sentences);
    const started = performance.now();
    const right = lines.filter((line) => detection.detect(line)[0]!.language === language).length;
    const us = (1000 * (performance.now() - started)) / lines.length;
    return { language, sentences: lines.length, right: rounded((100 * right) / lines.length), us: Math.round(us) };
  });
  return { languages: languages.join(" "), detected };
};
