/** The text of the language-model experiments: all languages of the corpora together, each line once, held-out lines kept apart. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../src/base/atomic-file.ts";
import { UsageError } from "../src/base/errors.ts";
import { log } from "../src/base/logger.ts";
import { readLines } from "../src/data/files/corpus.ts";
import { trainWordpieces } from "../src/text/wordpiece-trainer.ts";
import type { LanguageFiles } from "./corpora.ts";

/** Lines that validation reads, several times a run, and that the final figures come from. */
const HELD_OUT_LINES = { valid: 1500, test: 6000 };

export interface TextSplits {
  train: string[];
  valid: string[];
  test: string[];
}

/**
 * Distinct lines. Validation and test lines are spread evenly over the held-out ones and have none in common; no held-out line
 * trains, not even those that neither takes. Where lines are fewer than `sizes` asks for, both get their share.
 */
export function splitText(
  train: Iterable<string>,
  heldOut: Iterable<string>,
  sizes: { valid: number; test: number },
): TextSplits {
  const held = distinct(heldOut);
  const wanted = sizes.valid + sizes.test;
  const taken = Math.min(held.size, wanted);
  const lines = [...held];
  const splits: TextSplits = { train: [], valid: [], test: [] };
  const validBefore = (i: number) => Math.floor((i * sizes.valid) / wanted);
  for (let i = 0; i < taken; i++) {
    const line = lines[Math.floor((i * lines.length) / taken)]!;
    splits[validBefore(i + 1) > validBefore(i) ? "valid" : "test"].push(line);
  }
  splits.train = [...distinct(train)].filter((line) => !held.has(line));
  return splits;
}

function distinct(lines: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const line of lines) {
    const text = line.trim();
    if (text !== "") found.add(text);
  }
  return found;
}

/** Files of `folder` for a vocabulary of this size. */
export function languageTextPaths(folder: string, vocabulary: number) {
  return {
    train: join(folder, "train.txt"),
    valid: join(folder, "valid.txt"),
    test: join(folder, "test.txt"),
    record: join(folder, "text.json"),
    wordpieces: join(folder, `wordpieces-${vocabulary}.model`),
  };
}

/** Writes text and wordpieces, unless they are there. Throws UsageError where what is there was made of other files. */
export function writeLanguageText(files: LanguageFiles, folder: string, vocabulary: number): void {
  const paths = languageTextPaths(folder, vocabulary);
  const record = { files, sizes: HELD_OUT_LINES };
  if (!isRecorded(paths.record, record)) {
    const splits = splitText(allLines(files.train), allLines(files.heldOut), HELD_OUT_LINES);
    for (const split of ["train", "valid", "test"] as const) {
      writeFileAtomic(paths[split], blocks(splits[split]));
      log.info(`${split}: ${splits[split].length.toLocaleString("en")} lines in ${paths[split]}`);
    }
    writeRecord(paths.record, record);
  }
  if (existsSync(paths.wordpieces)) return;
  log.info(`training ${vocabulary} wordpieces`);
  trainWordpieces(readLines(paths.train), { vocabSize: vocabulary, characterCoverage: 0.9995 }).save(paths.wordpieces);
}

/** Trains wordpieces on both sides of a corpus, unless they are there. Throws UsageError where they are of other files. */
export function writeWordpieces(texts: readonly string[], path: string, vocabulary: number): void {
  if (isRecorded(`${path}.json`, { texts })) return;
  log.info(`training ${vocabulary} wordpieces`);
  trainWordpieces(allLines(texts), { vocabSize: vocabulary }).save(path);
  writeRecord(`${path}.json`, { texts });
}

/** Whether something was made of these inputs. Made of others, it may not be replaced: recorded runs are of it. */
function isRecorded(path: string, inputs: object): boolean {
  if (!existsSync(path)) return false;
  if (readFileSync(path, "utf8") === recordText(inputs)) return true;
  throw new UsageError("the corpora are not those that earlier runs had", {
    where: path,
    nextStep: "Give another --work folder, or remove this one to begin anew.",
  });
}

/** Written last, so that what is recorded is whole. */
function writeRecord(path: string, inputs: object): void {
  writeFileAtomic(path, recordText(inputs));
}

function recordText(inputs: object): string {
  return `${JSON.stringify(inputs)}\n`;
}

function* allLines(paths: readonly string[]): Generator<string> {
  for (const path of paths) yield* readLines(path);
}

/** Chunks of a file of lines. */
function* blocks(lines: readonly string[]): Generator<string> {
  const size = 10_000;
  for (let at = 0; at < lines.length; at += size) yield `${lines.slice(at, at + size).join("\n")}\n`;
}
