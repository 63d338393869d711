/** Source of truth: metrics of the given translations by hand, and the losses of one batch with all sentences. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { selectBackend } from "../../../src/backends/select.ts";
import { Random } from "../../../src/base/random.ts";
import { packBatch } from "../../../src/data/batches/batch.ts";
import { ForwardContext } from "../../../src/layers/forward-context.ts";
import { tokenizerNamed } from "../../../src/metrics/tokenizers/by-name.ts";
import { Seq2Seq } from "../../../src/model/seq2seq.ts";
import { type ValidationCorpus, validate } from "../../../src/training/validation/validate.ts";
import { markers, reversePairs, toyOptions } from "../../model/toy-model.ts";

beforeAll(() => selectBackend({ backend: "cpu" }));

const pairs = reversePairs(new Random(3), 7, 12, 5);

function corpus(name: string, from: number, to: number, references: string[], tokenizer = "13a"): ValidationCorpus {
  return {
    name,
    targetLanguage: undefined,
    tokenizer: tokenizerNamed(tokenizer),
    pairs: pairs.slice(from, to),
    sourceTexts: references.map((_, i) => `source ${i} of ${name}`),
    references,
  };
}

const german = corpus("german", 0, 3, ["eins zwei drei vier fünf", "sechs sieben acht neun", "zehn"]);
const chinese = corpus("chinese", 3, 7, ["一二三四五", "六七八九十", "一", "二"], "zh");
/** Of the first two sentences: German half right, Chinese right but for words that only its own tokenizer sees. */
const translations: Record<string, string[]> = {
  german: ["eins zwei drei vier sechs", "sechs sieben acht neun"],
  chinese: ["一二三四五", "六七八九十"],
};
const translate = async ({ name }: ValidationCorpus) => translations[name]!;

/** exp of the negative log-likelihood of all pairs in one batch, by their number of pieces or of words. */
function perplexityOf(model: Seq2Seq, from: number, to: number, units?: number): number {
  const batch = packBatch(pairs.slice(from, to), markers);
  const [, loss] = tf.tidy(() => model.loss(batch, 0, ForwardContext.evaluation).crossEntropy.dataSync());
  return Math.exp(loss! / (units ?? batch.targetOutput.length));
}

test("each corpus has its own tokenizer's BLEU and its own perplexity; BLEU of all is the mean, perplexity that of all pieces", async () => {
  const model = new Seq2Seq(toyOptions, { seed: 1 });
  const result = await validate(model, [german, chinese], 2, translate);
  const [first, second] = result.corpora;
  // 8 of 9 words, 6 of 7 pairs, 4 of 5 triples, 2 of 3 quadruples match.
  const bleu = 100 * ((8 / 9) * (6 / 7) * (4 / 5) * (2 / 3)) ** (1 / 4);
  expect(first!.bleu).toBeCloseTo(bleu, 8);
  expect(second!.bleu).toBeCloseTo(100, 8);
  expect([first!.tokenizer, second!.tokenizer]).toEqual(["13a", "zh"]);
  expect(result.bleu).toBeCloseTo((bleu + 100) / 2, 8);
  const close = (found: number, expected: number) => expect(Math.abs(found / expected - 1)).toBeLessThan(1e-5);
  close(first!.perplexity, perplexityOf(model, 0, 3));
  close(second!.perplexity, perplexityOf(model, 3, 7));
  close(result.perplexity, perplexityOf(model, 0, 7));
  // 5 + 4 + 1 German words and 4 Chinese ones between white space, and 7 ends.
  close(result.wordPerplexity, perplexityOf(model, 0, 7, 21));
  model.dispose();
});

test("samples are the translated sentences with their sources and references", async () => {
  const model = new Seq2Seq(toyOptions, { seed: 1 });
  const { corpora } = await validate(model, [german], 64, translate);
  expect(corpora[0]!.samples).toEqual([
    { source: "source 0 of german", reference: german.references[0], translation: translations["german"]![0] },
    { source: "source 1 of german", reference: german.references[1], translation: translations["german"]![1] },
  ]);
  model.dispose();
});

test("without translations there is no BLEU", async () => {
  const model = new Seq2Seq(toyOptions, { seed: 1 });
  expect((await validate(model, [german], 64, async () => [])).bleu).toBeNaN();
  model.dispose();
});

test("corpora to be retained have scores of their own, which are not among the others'", async () => {
  const model = new Seq2Seq(toyOptions, { seed: 1 });
  const all = await validate(model, [german, chinese], 2, translate);
  const apart = await validate(model, [german, chinese], 2, translate, ["chinese"]);
  const { name: _, samples: __, tokenizer: ___, ...second } = all.corpora[1]!;
  expect(apart.retained).toEqual(second);
  expect([apart.bleu, apart.perplexity]).toEqual([all.corpora[0]!.bleu, all.corpora[0]!.perplexity]);
  expect([all.retained, apart.corpora.length]).toEqual([undefined, 2]);
  model.dispose();
});
