/** The run that `nmt finetune` makes of a model and a text: what is held out, how much general text is mixed in, how long and how fast. */
import { join, resolve } from "node:path";
import { UsageError } from "../base/errors.ts";
import { openModelDirectory } from "../checkpoint/model-directory.ts";
import { type Config, toSettings } from "../config/config.ts";
import { corporaOf } from "../config/corpora.ts";
import { resolveConfig } from "../config/resolve.ts";
import type { ConfigInput } from "../config/schema.ts";
import { streamAligned } from "../data/files/corpus.ts";
import { WordpieceModel } from "../text/wordpiece-model.ts";
import type { FinetuneOptions } from "./finetune-options.ts";
import { type GeneralCorpus, type GeneralText, generalText } from "./general-text.ts";
import { type PartFiles, type SplitText, splitText } from "./split-text.ts";
import { type Languages, textFilesOf } from "./text-files.ts";

/** A run that is ready to train. */
export interface FinetunePlan {
  /** Of the model. */
  base: Config;
  /** Of the run. Its test corpora are `test`, of the text to learn, and those of general text. */
  config: Config;
  text: SplitText;
  general: GeneralText;
}

/** Most pairs of each held-out part: more would take validation too long, and tell little more. */
const HELD_OUT = 500;
/** Sentences of each corpus that a validation translates. */
const TRANSLATED = 300;
const VALIDATIONS = 10;
/** Validations without improvement before the run ends. */
const PATIENCE = 4;
/** How often the text is read, unless steps are given, and within which bounds that counts. */
const EPOCHS = 5;
const [FEWEST_STEPS, MOST_STEPS] = [200, 3000];
/** The model's rate would undo what it knows before the text is learnt. */
const RATE = 1 / 4;
/** An adapter begins at nothing, and its matrices have other sizes. */
const ADAPTER_RATE = 1;
const WARM_UP = 1 / 20;
/** Sentences whose length is measured. */
const MEASURED = 1000;

/** Cuts the text, writes its parts into the model directory, and decides on what was not asked for. Throws as `runTraining` does. */
export async function planFinetuning(
  options: FinetuneOptions,
  onMessage: (message: string) => void,
): Promise<FinetunePlan> {
  const { model, data, output, seed = 1 } = options;
  if (resolve(model) === resolve(output)) {
    throw new UsageError("--output is the model itself", { where: output, nextStep: "Give another directory." });
  }
  const { config: base, wordpieceModelPath } = openModelDirectory(model);
  if (base.task !== "translation") {
    throw new UsageError("nmt finetune is for translation models, and this is a language model", {
      where: model,
      nextStep: "Write a configuration with train_from, and train it with nmt train.",
    });
  }
  const languages = options.languages ?? languagesOf(base);
  const endings = [languages[0] ?? "source", languages[1] ?? "target"] as const;
  const split = { seed, heldOut: HELD_OUT, endings };
  const folder = join(output, "text");
  const imported = (option: string) => ({
    option: `--${option}`,
    folder: join(folder, `imported_${option}`),
    onMessage,
  });
  const text = await splitText(await textFilesOf(data, languages, imported("data")), join(folder, "domain"), split);
  const given = options.general && (await textFilesOf(options.general, languagesOf(base), imported("general")));
  const general = await generalText(base, given, { ...split, output, onMessage });
  const wordpieces = WordpieceModel.load(wordpieceModelPath);
  const length = await piecesPerPair(text.train, base, wordpieces);
  const share = general.pairs === 0 ? 0 : (options.generalShare ?? 0.5);
  const steps = options.steps ?? stepsFor(text.train.pairs, length, base, share);
  const config = resolveConfig({
    ...trainingOf(base),
    ...engineOf(base, options),
    data: corpora(text, general, languages, share),
    seed,
    save_model: output,
    train_from: model,
    ...(options.newWordpieces !== undefined &&
      options.newWordpieces > 0 && { vocab_size: wordpieces.size + options.newWordpieces }),
    freeze: [...(options.freeze ?? [])],
    ...(options.adapter !== undefined && { adapter: { rank: options.adapter } }),
    learning_rate: options.learningRate ?? base.learningRate * (options.adapter === undefined ? RATE : ADAPTER_RATE),
    decay_method: "cosine",
    warmup_steps: Math.ceil(steps * WARM_UP),
    train_steps: steps,
    train_minutes: options.minutes ?? 0,
    valid_steps: Math.ceil(steps / VALIDATIONS),
    valid_max_sentences: TRANSLATED,
    valid_samples: 0,
    early_stopping: PATIENCE,
    early_stopping_criteria: "perplexity",
    best_checkpoint_metric: "bleu",
    save_checkpoint_steps: Math.ceil(steps / VALIDATIONS),
    retain_corpora: general.valid.map(({ name }) => name),
    retain_within: options.retainWithin ?? 1,
    report_every: Math.max(1, Math.ceil(steps / (2 * VALIDATIONS))),
  });
  return { base, config, text, general };
}

/** Of a model of one pair; none where its languages have no names or are several. */
function languagesOf(base: Config): Languages {
  const [first, ...rest] = corporaOf(base, "train");
  const one = rest.every(({ srcLang, tgtLang }) => srcLang === first!.srcLang && tgtLang === first!.tgtLang);
  if (!one) {
    throw new UsageError("the model has several language pairs", {
      where: "--pair",
      nextStep: "Say which pair the text is of, such as --pair en-de.",
    });
  }
  return [first!.srcLang, first!.tgtLang];
}

/** How the model was trained, but for how long and how fast. */
function trainingOf(base: Config): Partial<ConfigInput> {
  const { batch_type, batch_size, accum_count, label_smoothing, max_grad_norm, ...rest } = toSettings(base);
  const { src_seq_length, tgt_seq_length, max_length_ratio, expert_optim } = rest;
  // A recipe is for the corpus that it was made of.
  const { opuscleaner: _, ...cleaning } = rest.cleaning;
  const { adam_beta1, adam_beta2, adam_epsilon, final_learning_rate_ratio, valid_batch_size } = rest;
  return {
    ...{ batch_type, batch_size, accum_count, label_smoothing, max_grad_norm },
    ...{ src_seq_length, tgt_seq_length, max_length_ratio, cleaning, expert_optim },
    ...{ adam_beta1, adam_beta2, adam_epsilon, final_learning_rate_ratio, valid_batch_size },
  };
}

function engineOf(base: Config, { backend, threads, precision }: FinetuneOptions): Partial<ConfigInput> {
  return {
    backend: backend ?? "auto",
    threads: threads ?? 0,
    precision: precision ?? base.precision,
  };
}

/** Of each pair drawn, `share` is general text. Pairs are drawn by corpus weight times pairs. */
function corpora(text: SplitText, general: GeneralText, [src_lang, tgt_lang]: Languages, share: number) {
  const langs = { ...(src_lang !== undefined && { src_lang }), ...(tgt_lang !== undefined && { tgt_lang }) };
  const entry = ({ pathSrc, pathTgt }: PartFiles) => ({ path_src: pathSrc, path_tgt: pathTgt, ...langs });
  const weight = share === 0 ? 0 : ((share / (1 - share)) * text.train.pairs) / general.pairs;
  const ofGeneral = (list: readonly GeneralCorpus[], factor: number) =>
    list.map((corpus) => [
      corpus.name,
      {
        path_src: corpus.pathSrc,
        path_tgt: corpus.pathTgt,
        weight: factor * corpus.weight,
        ...(corpus.srcLang !== undefined && { src_lang: corpus.srcLang }),
        ...(corpus.tgtLang !== undefined && { tgt_lang: corpus.tgtLang }),
      },
    ]);
  return {
    domain: entry(text.train),
    ...Object.fromEntries(share === 0 ? [] : ofGeneral(general.train, weight)),
    valid: entry(text.valid),
    ...Object.fromEntries(ofGeneral(general.valid, 1)),
    test: entry(text.test),
    ...Object.fromEntries(ofGeneral(general.test, 1)),
  };
}

/** Wordpieces of the longer side, on average, as a batch counts them. */
async function piecesPerPair({ pathSrc, pathTgt }: PartFiles, base: Config, pieces: WordpieceModel): Promise<number> {
  if (base.batchType === "sentences") return 1;
  let [sum, count] = [0, 0];
  for await (const lines of streamAligned(pathSrc, pathTgt)) {
    for (const { source, target } of lines.slice(0, MEASURED - count)) {
      sum += Math.max(pieces.encode(source).length, pieces.encode(target).length) + 1;
      count++;
    }
    if (count >= MEASURED) break;
  }
  return count === 0 ? 1 : sum / count;
}

function stepsFor(pairs: number, length: number, { batchSize, accumCount }: Config, share: number): number {
  const read = (EPOCHS * pairs * length) / (1 - share);
  const steps = Math.ceil(read / (batchSize * accumCount));
  return Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, steps));
}
