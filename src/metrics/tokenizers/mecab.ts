/**
 * `ja-mecab` and `ko-mecab`: morphemes by MeCab's algorithm (Kudo et al. 2004) over its dictionaries, through the optional npm
 * libraries `kuromoji` (IPADIC) and `kuromoji-ko` (mecab-ko-dic). sacreBLEU runs MeCab itself; where costs tie the
 * libraries may cut differently (4 of 8,000 Japanese sentences), so signatures name the library.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../base/errors.ts";
import { splitWords } from "../white-space.ts";
import type { Tokenizer } from "./tokenizer.ts";

interface MorphologicalAnalyzer {
  tokenize(text: string): { surface_form: string }[];
}

/** kuromoji hands the analyzer to the callback, kuromoji-ko to a promise. */
interface Kuromoji {
  builder(options: { dicPath: string }): {
    build(done: (error: Error | null, analyzer: MorphologicalAnalyzer) => void): unknown;
  };
}

/** Throws UsageError when the npm library `kuromoji` is not installed. */
export function loadJapaneseTokenizer(): Promise<Tokenizer> {
  return morphemeTokenizer("ja-mecab", "kuromoji");
}

/** Throws UsageError when the npm library `kuromoji-ko` is not installed. */
export function loadKoreanTokenizer(): Promise<Tokenizer> {
  return morphemeTokenizer("ko-mecab", "kuromoji-ko");
}

async function morphemeTokenizer(name: string, library: string): Promise<Tokenizer> {
  const entry = locate(name, library);
  const imported = (await import(pathToFileURL(entry).href)) as { default: Kuromoji & { default?: Kuromoji } };
  const builder = (imported.default.default ?? imported.default).builder({ dicPath: dictionaryOf(entry) });
  const analyzer = await new Promise<MorphologicalAnalyzer>((resolve, reject) => {
    const promised = builder.build((error, built) => (error === null ? resolve(built) : reject(error)));
    if (promised instanceof Promise) promised.then(resolve, reject);
  });
  return {
    signature: `${name}-${library}`,
    tokenize(line) {
      const morphemes = analyzer.tokenize(line);
      return splitWords(morphemes.map((morpheme) => morpheme.surface_form).join(" "));
    },
  };
}

/** Looks beside this toolkit, then in the current project. */
function locate(name: string, library: string): string {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return createRequire(from).resolve(library);
    } catch {
      // Not here; after the last place it is missing.
    }
  }
  throw new UsageError(`the tokenizer ${name} needs the npm library ${library}, which is not installed`, {
    nextStep: `Run: npm install -D ${library}`,
  });
}

/** The folder `dict` of the package that `entry` belongs to. */
function dictionaryOf(entry: string): string {
  let folder = dirname(entry);
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, "dict");
}
