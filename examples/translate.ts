/**
 * Translates standard input line by line with a trained model, and tells how sure it is of each line:
 *
 *   npx tsx examples/translate.ts MODEL [TARGET_LANGUAGE] < source.txt
 */
import { createInterface } from "node:readline";
import { loadTranslationModel, type TranslateOptions, Translator } from "gnmt-moe";

const [directory, targetLanguage] = process.argv.slice(2);
if (directory === undefined) {
  console.error("usage: translate.ts MODEL [TARGET_LANGUAGE] < source.txt");
  process.exit(2);
}

// Chooses the fastest backend of this machine and loads configuration, wordpieces and weights.
const loaded = await loadTranslationModel(directory);

const options: TranslateOptions = { beamSize: 5, nBest: 2, lengthPenalty: 0.6 };
if (targetLanguage !== undefined) options.targetLanguage = targetLanguage;
const translator = new Translator(loaded, options);

try {
  // Lines are sorted and batched inside and come out in order; memory stays bounded for any number of them.
  for await (const { hypotheses } of translator.translate(createInterface({ input: process.stdin }))) {
    const [best, second] = hypotheses;
    const margin = best && second ? (best.score - second.score).toFixed(2) : "-";
    console.log(`${best?.text ?? ""}\t${margin}`);
  }
} finally {
  // Weights lie outside JavaScript's heap: nothing frees them by itself.
  loaded.model.dispose();
}

const { lines, blank, cut } = translator.counts;
console.error(`${lines} lines, ${blank} of them blank, ${cut} translations cut at their longest length`);
