/** Wordpieces of a run that starts from a model: those of the model, and what the configuration adds to them. */
import { ConfigError } from "../../base/errors.ts";
import type { Config } from "../../config/config.ts";
import { WordpieceExtension } from "../../text/wordpiece-extension.ts";
import type { WordpieceModel } from "../../text/wordpiece-model.ts";
import type { BaseModel } from "./base-model.ts";

/** What is to be added; undefined where every piece that is asked for is there. Throws WordpieceError for a vocab_size that cannot be. */
export function extensionOf(
  { config: before, wordpieces }: Pick<BaseModel, "config" | "wordpieces">,
  config: Config,
  tags: readonly string[],
): WordpieceExtension | undefined {
  const vocabSize = config.vocabSize === before.vocabSize ? undefined : config.vocabSize;
  const characters = [...wordpieces.normalize(config.requiredChars)];
  const wanted = [...tags, ...config.userDefinedSymbols, ...characters];
  if (vocabSize === undefined && wanted.every((piece) => wordpieces.has(piece))) return undefined;
  return new WordpieceExtension(wordpieces, {
    ...(vocabSize !== undefined && { vocabSize }),
    characterCoverage: config.characterCoverage,
    requiredCharacters: config.requiredChars,
    controlSymbols: tags,
    userDefinedSymbols: config.userDefinedSymbols,
  });
}

/** Throws ConfigError for wordpieces that do not begin with all of the model's, each with its id. */
export function checkExtends({ wordpieces: base, directory }: BaseModel, model: WordpieceModel, where: string): void {
  for (let id = 0; id < base.size; id++) {
    const [before, now] = [base.pieceOf(id), id < model.size ? model.pieceOf(id) : undefined];
    if (before === now) continue;
    throw new ConfigError(
      `wordpiece ${id} is ${now ?? "missing"}, and ${before} in the model of train_from, ${directory}: its weights are for its own wordpieces`,
      {
        where,
        nextStep: "Leave wordpiece_model out and use a new save_model, or give wordpieces that begin with the model's.",
      },
    );
  }
}
