/** Glossaries that whoever runs the server gives: those of a pair of languages, and terms that stay as they are in all. */
import { UsageError } from "../../base/errors.ts";
import { Glossary } from "../../glossary/glossary.ts";
import { readGlossary, readTermList } from "../../glossary/read-glossary.ts";

export interface GlossaryFiles {
  /** A pair as `en-de`, and the file of its terms. */
  glossaries: readonly { pair: string; path: string }[];
  /** File of terms that are not translated. */
  doNotTranslate: string | undefined;
}

interface Pair {
  source: string;
  target: string;
}

export class PairGlossaries {
  private readonly byPair: ReadonlyMap<string, readonly Glossary[]>;
  /** Of all pairs. */
  readonly kept: readonly Glossary[];

  private constructor(byPair: ReadonlyMap<string, readonly Glossary[]>, kept: readonly Glossary[]) {
    this.byPair = byPair;
    this.kept = kept;
  }

  /** Throws DataError for a file that cannot be read, UsageError for a pair that is not among `pairs`. */
  static read({ glossaries, doNotTranslate }: GlossaryFiles, pairs: readonly Pair[]): PairGlossaries {
    const byPair = new Map<string, Glossary[]>();
    for (const { pair, path } of glossaries) {
      const found = pairs.find((each) => nameOf(each).toLowerCase() === pair.toLowerCase());
      if (found === undefined) {
        throw new UsageError(`no model translates ${pair}, whose glossary is ${path}`, {
          where: "--glossary",
          nextStep: `Write PAIR=FILE with one of the pairs ${pairs.map(nameOf).join(", ")}.`,
        });
      }
      const name = nameOf(found);
      byPair.set(name, [...(byPair.get(name) ?? []), new Glossary(readGlossary(path, found))]);
    }
    return new PairGlossaries(byPair, doNotTranslate === undefined ? [] : [new Glossary(readTermList(doNotTranslate))]);
  }

  /** What holds for texts of a pair, what counts most first. */
  of(pair: Pair): readonly Glossary[] {
    return [...(this.byPair.get(nameOf(pair)) ?? []), ...this.kept];
  }
}

function nameOf({ source, target }: Pair): string {
  return `${source}-${target}`;
}
