/** The tokenizers of corpora whose languages a configuration or a model names. */
import { UsageError } from "../../base/errors.ts";
import { defaultTokenizerFor, loadTokenizer } from "./by-name.ts";
import { characters } from "./characters.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * For each language `defaultTokenizerFor` it, or `char` where its library is not installed: `onMessage` hears of that, once a tokenizer.
 * Without a language 13a.
 */
export async function tokenizersFor(
  languages: readonly (string | undefined)[],
  onMessage: (message: string) => void,
): Promise<Tokenizer[]> {
  const loaded = new Map<string, Tokenizer>();
  for (const language of languages) {
    const name = defaultTokenizerFor(language ?? "");
    if (!loaded.has(name)) loaded.set(name, await loadedOrCharacters(name, onMessage));
  }
  return languages.map((language) => loaded.get(defaultTokenizerFor(language ?? ""))!);
}

async function loadedOrCharacters(name: string, onMessage: (message: string) => void): Promise<Tokenizer> {
  try {
    return await loadTokenizer(name);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    onMessage(`${error.message}; BLEU is measured with the tokenizer char instead. ${error.nextStep}`);
    return characters;
  }
}
