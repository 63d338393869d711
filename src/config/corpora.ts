/** Which corpora under `data` train, validate and test, and which languages they hold. `valid…` and `test…` are reserved names. */
import type { Config, CorpusConfig } from "./config.ts";

export type CorpusRole = "train" | "valid" | "test";

export interface NamedCorpus extends CorpusConfig {
  name: string;
}

/** `valid`, `valid_de`, `test-2016` are held out; any other name trains. */
export function corpusRole(name: string): CorpusRole {
  return (/^(valid|test)(?![A-Za-z])/.exec(name)?.[1] as CorpusRole | undefined) ?? "train";
}

/** The corpora of one role, in the order of the file. */
export function corporaOf(config: Pick<Config, "data">, role: CorpusRole): NamedCorpus[] {
  return Object.entries(config.data)
    .filter(([name]) => corpusRole(name) === role)
    .map(([name, corpus]) => ({ ...corpus, name }));
}

/** Target languages of the training corpora, sorted. */
export function targetLanguages(config: Pick<Config, "data">): string[] {
  return languages(corporaOf(config, "train").map((corpus) => corpus.tgtLang));
}

/** Source languages of the training corpora, sorted. */
export function sourceLanguages(config: Pick<Config, "data">): string[] {
  return languages(corporaOf(config, "train").map((corpus) => corpus.srcLang));
}

/** The languages a model of this configuration translates between. */
export function modelLanguages(config: Pick<Config, "data" | "targetTags">) {
  return { sources: sourceLanguages(config), targets: targetLanguages(config), targetTags: config.targetTags };
}

function languages(codes: (string | undefined)[]): string[] {
  return [...new Set(codes.filter((code) => code !== undefined))].sort();
}
