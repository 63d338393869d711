/**
 * What becomes of placeholders, tags and the like in strings of a user interface: how many translations have exactly those of their source, and BLEU, of
 * the lines as they are and of each way to mask. The strings are VS Code's; those that no model is trained on come first.
 */
import { UsageError } from "../src/base/errors.ts";
import { Translator } from "../src/decoding/translator.ts";
import { loadTranslationModel } from "../src/inference/open-model.ts";
import { corpusBleu } from "../src/metrics/index.ts";
import { type MaskName, maskNames } from "../src/segments/masks.ts";
import { textCounts } from "../src/segments/text-counts.ts";
import { translateTexts } from "../src/segments/translate-text.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { keepsMarks, type MarkedString, markedStrings } from "./marks/marked-strings.ts";
import { readOptions } from "./options.ts";

const defaults = { model: "", tgt_lang: "de", strings: 1000, beam_size: 5, threads: 0 } as const;

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  if (options.model === "") throw new UsageError("no model", { nextStep: "Give --model DIR, of English into German." });
  const strings = markedStrings(options.tgt_lang, options.strings);
  const sources = strings.map(({ source }) => source);
  const loaded = await loadTranslationModel(options.model, { threads: options.threads });
  try {
    const translator = new Translator(
      loaded,
      { beamSize: options.beam_size, nBest: options.beam_size, withAlignment: true },
      () => {},
    );
    const plain: string[] = [];
    for await (const { hypotheses } of translator.translate(sources)) plain.push(hypotheses[0]?.text ?? "");
    const rows: Row[] = [row("not given", strings, plain)];
    for (const masks of maskNames) rows.push(await masked(translator, masks, strings));
    return {
      strings: strings.length,
      held_out: strings.filter(({ isHeldOut }) => isHeldOut).length,
      placeables: rows,
    };
  } finally {
    loaded.model.dispose();
  }
};

async function masked(translator: Translator, masks: MaskName, strings: readonly MarkedString[]): Promise<Row> {
  const counts = textCounts();
  const sources = strings.map(({ source }) => source);
  const found = await translateTexts((lines) => translator.translate(lines), sources, {
    masks,
    counts,
    language: "en",
  });
  const { kept: best, nextHypothesis: later, aligned, split, untranslated } = counts;
  return { ...row(masks, strings, found), best, later, aligned, split, untranslated };
}

function row(name: string, strings: readonly MarkedString[], found: readonly string[]): Row {
  const isKept = strings.map(({ source }, i) => keepsMarks(source, found[i]!));
  const kept = (some: readonly boolean[]) => isKept.filter((each, i) => each && some[i]).length;
  const all = strings.map(() => true);
  const heldOut = strings.map(({ isHeldOut }) => isHeldOut);
  const bleu = corpusBleu(
    found.filter((_, i) => heldOut[i]),
    [strings.filter((_, i) => heldOut[i]).map(({ target }) => target)],
  ).score;
  return { masks: name, kept: kept(all), kept_held_out: kept(heldOut), bleu_held_out: rounded(bleu, 2) };
}
