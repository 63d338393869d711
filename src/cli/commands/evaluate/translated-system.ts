/** A model as a system to score: it translates a source file first. */
import { basename, join, resolve } from "node:path";
import { writeFileAtomic } from "../../../base/atomic-file.ts";
import { UsageError } from "../../../base/errors.ts";
import { log } from "../../../base/logger.ts";
import { releaseInput } from "../../../data/files/bytes.ts";
import { inputLines } from "../../../data/files/corpus.ts";
import { bestText } from "../../../decoding/translation.ts";
import { Translator } from "../../../decoding/translator.ts";
import { loadTranslationModel } from "../../../inference/open-model.ts";
import type { NamedSystem } from "../../../metrics/paired-test.ts";
import { adapterOf, engineOf, type InferenceArguments, inferenceOptions } from "../../engine-options.ts";

/** `backend` and `precision` are checked here: their names come with the backends, which scoring alone does not load. */
export interface ModelArguments {
  backend: string;
  threads: number;
  precision: string;
  model: string[] | undefined;
  src: string | undefined;
  src_lang: string | undefined;
  tgt_lang: string | undefined;
  beam_size: number | undefined;
  length_penalty: number | undefined;
  save_translations: string | undefined;
  adapter: string | undefined;
}

/** Named by the model's directory. `sources` are the lines to translate; without them `--src` names their file. */
export async function translatedSystem(
  directory: string,
  args: ModelArguments,
  sources?: readonly string[],
): Promise<NamedSystem> {
  const { src } = args;
  if (src === undefined && sources === undefined) {
    throw new UsageError("--model without --src", {
      nextStep: "Name the file to translate with --src, or a test set with -t and -l.",
    });
  }
  const loaded = await loadTranslationModel(directory, { ...engineOf(checkedEngine(args)), ...adapterOf(args) });
  try {
    const { sources: sourceLanguages, targets: targetLanguages } = loaded.languages;
    const translator = new Translator(loaded, {
      // A model of one pair whose languages were never named takes any.
      ...(args.src_lang !== undefined && sourceLanguages.length > 0 && { sourceLanguage: args.src_lang }),
      ...(args.tgt_lang !== undefined && targetLanguages.length > 0 && { targetLanguage: args.tgt_lang }),
      ...(args.beam_size !== undefined && { beamSize: args.beam_size }),
      ...(args.length_penalty !== undefined && { lengthPenalty: args.length_penalty }),
    });
    const hypotheses: string[] = [];
    const lines = sources ?? inputLines(src);
    for await (const translation of translator.translate(lines)) hypotheses.push(bestText(translation));
    keep(directory, hypotheses, args.save_translations);
    return { name: directory, hypotheses };
  } catch (error) {
    if (sources === undefined) releaseInput(src);
    throw error;
  } finally {
    loaded.model.dispose();
  }
}

/** Writes translations as FOLDER/NAME.txt, so that they can be scored again without the model. */
function keep(directory: string, hypotheses: readonly string[], folder: string | undefined): void {
  if (folder === undefined) return;
  const path = join(folder, `${basename(resolve(directory))}.txt`);
  writeFileAtomic(
    path,
    hypotheses.map((line) => `${line}\n`),
  );
  log.info(`the translations of ${directory} are in ${path}`);
}

function checkedEngine({ backend, threads, precision }: ModelArguments): InferenceArguments {
  return {
    backend: chosen("backend", backend, inferenceOptions.backend.choices),
    threads,
    precision: chosen("precision", precision, inferenceOptions.precision.choices),
  };
}

function chosen<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new UsageError(`--${option} is ${value}`, { nextStep: `Use one of ${choices.join(", ")}.` });
}
