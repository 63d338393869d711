/** Options of `nmt translate` for what a translation may say: repetition, bans, and how it begins. */
import { readFileSync } from "node:fs";
import type { Options } from "yargs";
import { DataError } from "../../base/errors.ts";
import { inputLines } from "../../data/files/corpus.ts";
import { type TranslateOptions, translateDefaults } from "../../decoding/translate-options.ts";
import type { SourceLine } from "../../decoding/translation.ts";

export interface RuleArguments {
  repetition_penalty: number;
  block_ngram_repeat: number;
  ignore_when_blocking: string[];
  max_repeats: number;
  ban_unk_token: boolean;
  ban_pieces: string[];
  ban_words: string | undefined;
  tgt_prefix: string | undefined;
  return_alternatives: boolean;
  constraints: string | undefined;
}

export const ruleOptions = {
  repetition_penalty: {
    type: "number",
    default: translateDefaults.repetitionPenalty,
    describe: "Multiplies log P of pieces that the translation has already; above 1 makes them less probable",
  },
  block_ngram_repeat: {
    type: "number",
    default: translateDefaults.blockNgramRepeat,
    describe: "No run of so many pieces comes twice in a translation; 0 for any",
  },
  ignore_when_blocking: {
    type: "string",
    array: true,
    default: [] as string[],
    describe: "Pieces; runs with one of them may come again",
  },
  max_repeats: {
    type: "number",
    default: translateDefaults.maxRepeats,
    describe: "A run of pieces comes at most so many times in a row, against loops; 0 for any number",
  },
  ban_unk_token: {
    type: "boolean",
    default: translateDefaults.banUnkToken,
    describe: "Never say the unknown piece",
  },
  ban_pieces: { type: "string", array: true, default: [] as string[], describe: "Pieces that are never said" },
  ban_words: { type: "string", describe: "File of words and phrases that are never said, one a line" },
  tgt_prefix: {
    type: "string",
    describe: "File with what each translation begins with, line by line; a last word may go on unless a space follows",
  },
  constraints: {
    type: "string",
    describe: "File with the terms that each translation must have, line by line, tabs between them",
  },
  return_alternatives: {
    type: "boolean",
    default: translateDefaults.returnAlternatives,
    describe: "The n_best translations begin with the n_best most probable next pieces, after tgt_prefix where given",
  },
} satisfies Record<string, Options>;

/** Throws DataError for a file that cannot be read. */
export function rulesOf(args: RuleArguments): TranslateOptions {
  return {
    repetitionPenalty: args.repetition_penalty,
    blockNgramRepeat: args.block_ngram_repeat,
    ignoreWhenBlocking: args.ignore_when_blocking,
    maxRepeats: args.max_repeats,
    banUnkToken: args.ban_unk_token,
    banPieces: args.ban_pieces,
    banWords: args.ban_words === undefined ? [] : phrasesOf(args.ban_words),
    returnAlternatives: args.return_alternatives,
  };
}

function phrasesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch (error) {
    throw new DataError(`the file cannot be read: ${(error as Error).message}`, {
      where: path,
      nextStep: "Check the path after --ban_words.",
    });
  }
}

/** Lines with what the files of prefixes and terms say of each. Throws DataError where a file has more or fewer lines. */
export async function* withRequests(
  lines: AsyncIterable<string>,
  { tgt_prefix, constraints }: Pick<RuleArguments, "tgt_prefix" | "constraints">,
): AsyncGenerator<string | SourceLine, void, undefined> {
  if (tgt_prefix === undefined && constraints === undefined) {
    yield* lines;
    return;
  }
  const prefixes = new RequestFile(tgt_prefix);
  const terms = new RequestFile(constraints);
  let line = 0;
  try {
    for await (const text of lines) {
      line++;
      yield { text, targetPrefix: await prefixes.next(line), terms: (await terms.next(line)).split("\t") };
    }
    for (const file of [prefixes, terms]) await file.expectEnd(line);
  } finally {
    for (const file of [prefixes, terms]) await file.close();
  }
}

/** A file that says something of each line of the source; one that is not given says nothing. */
class RequestFile {
  private readonly path: string | undefined;
  private readonly lines: AsyncGenerator<string, void, undefined> | undefined;

  constructor(path: string | undefined) {
    this.path = path;
    this.lines = path === undefined ? undefined : inputLines(path);
  }

  async next(line: number): Promise<string> {
    if (this.lines === undefined) return "";
    const read = await this.lines.next();
    if (read.done === true) throw this.unequal(`it ends before line ${line} of the source`);
    return read.value;
  }

  async expectEnd(lines: number): Promise<void> {
    const read = await this.lines?.next();
    if (read?.done === false) throw this.unequal(`the source has ${lines} lines, and it has more`);
  }

  async close(): Promise<void> {
    await this.lines?.return();
  }

  private unequal(what: string): DataError {
    return new DataError(what, {
      where: this.path!,
      nextStep: "Give one line for each line of --src; a blank one asks for nothing.",
    });
  }
}
