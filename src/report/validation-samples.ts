/** The translations of a validation as a text file of the model directory: written for people, read again for the report. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../base/atomic-file.ts";

export interface ValidationSample {
  source: string;
  translation: string;
  reference: string;
}

export interface CorpusSamples {
  /** Corpus name in the configuration. */
  name: string;
  samples: ValidationSample[];
}

const TRANSLATION = "→ ";
const REFERENCE = "= ";
const CORPUS = "# ";

/** Writes `validation/step-N.txt`: for each sentence source, translation, reference, and a blank line. */
export function writeSamples(modelDirectory: string, step: number, corpora: readonly CorpusSamples[]): void {
  const blocks = corpora.flatMap(({ name, samples }) => [
    `${CORPUS}${name}\n`,
    ...samples.map(
      ({ source, translation, reference }) => `${source}\n${TRANSLATION}${translation}\n${REFERENCE}${reference}\n`,
    ),
  ]);
  writeFileAtomic(join(modelDirectory, "validation", `step-${step}.txt`), blocks.join("\n"));
}

/** The steps there are samples of, ascending. */
export function sampledSteps(modelDirectory: string): number[] {
  let names: string[];
  try {
    names = readdirSync(join(modelDirectory, "validation"));
  } catch {
    return [];
  }
  const steps = names.map((name) => Number(/^step-(\d+)\.txt$/.exec(name)?.[1] ?? Number.NaN));
  return steps.filter((step) => !Number.isNaN(step)).sort((a, b) => a - b);
}

export function readSamples(modelDirectory: string, step: number): CorpusSamples[] {
  return parseSamples(readFileSync(join(modelDirectory, "validation", `step-${step}.txt`), "utf8"));
}

/** A source is a line before a translation line, whatever it looks like itself; other lines that begin with `# ` name a corpus. */
function parseSamples(text: string): CorpusSamples[] {
  const lines = text.split("\n");
  const corpora: CorpusSamples[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [source, translation, reference] = lines.slice(i, i + 3) as [string, string?, string?];
    if (translation?.startsWith(TRANSLATION) && reference?.startsWith(REFERENCE)) {
      if (corpora.length === 0) corpora.push({ name: "", samples: [] });
      corpora.at(-1)!.samples.push({
        source,
        translation: translation.slice(TRANSLATION.length),
        reference: reference.slice(REFERENCE.length),
      });
      i += 2;
    } else if (source.startsWith(CORPUS)) corpora.push({ name: source.slice(CORPUS.length), samples: [] });
  }
  return corpora;
}
