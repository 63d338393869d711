/** Glossaries that whoever runs the server gives: those of a pair of languages, and terms that stay as they are in all. */
import { UsageError } from "../../base/errors.ts";
import { Glossary } from "../../glossary/glossary.ts";
import { readGlossary, readTermList } from "../../glossary/read-glossary.ts";
import { fileVersion } from "../../inference/model-version.ts";
import type { Watched } from "../watch/change-watch.ts";

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

/** A glossary's file and the pair that its terms are of; undefined: of all, and they stay as they are. */
interface TermFile {
  path: string;
  pair: Pair | undefined;
}

/** Those of a file. */
interface TermsOfFile {
  file: TermFile;
  glossary: Glossary;
}

export class PairGlossaries {
  private terms: readonly TermsOfFile[];

  private constructor(files: readonly TermFile[]) {
    this.terms = files.map(readTerms);
  }

  /** Throws DataError for a file that cannot be read, UsageError for a pair that is not among `pairs`. */
  static read({ glossaries, doNotTranslate }: GlossaryFiles, pairs: readonly Pair[]): PairGlossaries {
    const files: TermFile[] = glossaries.map(({ pair, path }) => {
      const found = pairs.find((each) => nameOf(each).toLowerCase() === pair.toLowerCase());
      if (found !== undefined) return { path, pair: found };
      throw new UsageError(`no model translates ${pair}, whose glossary is ${path}`, {
        where: "--glossary",
        nextStep: `Write PAIR=FILE with one of the pairs ${pairs.map(nameOf).join(", ")}.`,
      });
    });
    if (doNotTranslate !== undefined) files.push({ path: doNotTranslate, pair: undefined });
    return new PairGlossaries(files);
  }

  /** What holds for texts of a pair, what counts most first. */
  of(pair: Pair): readonly Glossary[] {
    const name = nameOf(pair);
    return [...this.glossaries((own) => own !== undefined && nameOf(own) === name), ...this.kept];
  }

  /** Terms that stay as they are in texts of all pairs. */
  get kept(): readonly Glossary[] {
    return this.glossaries((pair) => pair === undefined);
  }

  /** The files, for the watch that takes new versions over; one that cannot be read any more changes nothing. */
  get watched(): Watched[] {
    return this.terms.map(({ file }) => ({
      name: file.path,
      version: () => fileVersion(file.path),
      takeOver: async () => {
        const read = readTerms(file);
        this.terms = this.terms.map((each) => (each.file === file ? read : each));
        return `is used in its new version: ${read.glossary.entries.length} terms`;
      },
    }));
  }

  private glossaries(wanted: (pair: Pair | undefined) => boolean): Glossary[] {
    return this.terms.flatMap(({ file, glossary }) => (wanted(file.pair) ? [glossary] : []));
  }
}

function readTerms(file: TermFile): TermsOfFile {
  const { path, pair } = file;
  return { file, glossary: new Glossary(pair === undefined ? readTermList(path) : readGlossary(path, pair)) };
}

function nameOf({ source, target }: Pair): string {
  return `${source}-${target}`;
}
