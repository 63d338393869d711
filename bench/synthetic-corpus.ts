/**
 * A parallel corpus of any size, made from a small one by seeded variation: words are swapped for words of other sentences, joined to
 * new words, or changed to new numbers, so that nearly all pairs differ and the vocabulary grows with the text. A stated share is dirty.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { readAligned } from "../src/data/files/corpus.ts";

export interface SyntheticCorpus {
  /** Texts to vary: source and target, line by line. */
  base: readonly [string, string];
  /** Files to write. */
  out: readonly [string, string];
  pairs: number;
  /** Share of pairs that cleaning should drop. */
  dirty: number;
  seed: number;
}

/** Of the swapped words, the share that becomes a word never seen: two joined. German and English news have about that many new words. */
const JOINED = 0.15;
const BATCH = 2048;
const RECENT = 1000;

/** Writes both sides and returns their bytes. */
export function writeSyntheticCorpus({ base, out, pairs, dirty, seed }: SyntheticCorpus): number {
  const lines = [...readAligned(...base)];
  const sides = [lines.map(({ source }) => cut(source)), lines.map(({ target }) => cut(target))] as const;
  const random = generator(seed);
  const files = out.map((path) => openSync(path, "w"));
  const recent: (readonly [string, string])[] = [];
  let bytes = 0;
  try {
    for (let done = 0; done < pairs; done += BATCH) {
      const batch: [string[], string[]] = [[], []];
      for (let i = done; i < Math.min(pairs, done + BATCH); i++) {
        const which = random(lines.length);
        let pair: readonly [string, string] = [vary(sides[0], which, random), vary(sides[1], which, random)];
        if (random(1 << 20) < dirty * (1 << 20)) pair = soil(pair, recent, random);
        else recent[random(RECENT)] = pair;
        batch[0].push(pair[0]);
        batch[1].push(pair[1]);
      }
      batch.forEach((texts, side) => {
        bytes += writeAll(files[side]!, Buffer.from(`${texts.join("\n")}\n`));
      });
    }
  } finally {
    files.forEach(closeSync);
  }
  return bytes;
}

interface Sentence {
  text: string;
  /** Words and the white space after each; text is all of them joined. */
  words: string[];
  /** [words + 1] where each word begins */
  starts: number[];
}

function cut(text: string): Sentence {
  const words = text.match(/\S+\s*/g) ?? [""];
  const starts = [0];
  for (const word of words) starts.push(starts.at(-1)! + word.length);
  return { text: words.join(""), words, starts };
}

type Random = (below: number) => number;

/** Changes one word, or two of a long sentence. */
function vary(side: readonly Sentence[], which: number, random: Random): string {
  const { text, words, starts } = side[which]!;
  const at = random(words.length);
  const changed = text.slice(0, starts[at]) + swapped(side, words[at]!, random) + text.slice(starts[at + 1]);
  if (words.length < 6) return changed;
  const other = random(words.length);
  if (other <= at) return changed;
  const shift = changed.length - text.length;
  return (
    changed.slice(0, starts[other]! + shift) +
    swapped(side, words[other]!, random) +
    changed.slice(starts[other + 1]! + shift)
  );
}

/** A word in place of another, with the white space that was after it. */
function swapped(side: readonly Sentence[], word: string, random: Random): string {
  const end = /\s*$/.exec(word)![0];
  if (/\d/.test(word)) return word.replace(/\d+/g, () => String(random(1e6)));
  const next = anyWord(side, random);
  return (random(1000) < 1000 * JOINED ? next + anyWord(side, random).toLowerCase() : next) + end;
}

function anyWord(side: readonly Sentence[], random: Random): string {
  const { words } = side[random(side.length)]!;
  return words[random(words.length)]!.trimEnd();
}

/** What cleaning is there for. */
function soil(
  [source, target]: readonly [string, string],
  recent: readonly (readonly [string, string])[],
  random: Random,
): readonly [string, string] {
  const kind = random(100);
  if (kind < 40 && recent.length > 0) return recent[random(recent.length)] ?? [source, ""];
  if (kind < 55) return [source, ""];
  if (kind < 70) return [source, `${target}\u0007`];
  if (kind < 80) return [source, `f\u00c3\u00bcr ${target.replace(/[^ -~]/g, "")}`];
  if (kind < 90) return [source, source];
  if (kind < 98) return [source, `${target} `.repeat(12)];
  return [`${source} `.repeat(80), `${target} `.repeat(80)];
}

function writeAll(file: number, bytes: Buffer): number {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  return bytes.length;
}

/** Mulberry32: the quality is enough for choosing words, and a corpus takes hundreds of millions of draws. */
function generator(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}
