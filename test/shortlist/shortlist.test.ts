/** Source of truth: the rule of candidates, by sets. */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { Shortlist, type ShortlistContent, type ShortlistLimits } from "../../src/shortlist/shortlist.ts";
import type { FilePieces } from "../../src/shortlist/shortlist-file.ts";
import { EOS, randomContent, UNK, vocabulary } from "./random-shortlist.ts";

const SIZE = 701;
const content = randomContent(SIZE, 1);
const random = new Random(2);
/** Tag, pieces from `least` on, `</s>`. */
const source = (least: number) =>
  Int32Array.from([4, ...Array.from({ length: random.integer(6) }, () => least + random.integer(SIZE - least)), EOS]);

function byRule(
  sources: readonly Int32Array[],
  { starts, targets, frequent }: ShortlistContent,
  { byteIds, isControl }: FilePieces,
  { first = frequent.length, best = SIZE }: ShortlistLimits = {},
): number[] {
  const candidates = new Set([EOS, UNK, ...frequent.slice(0, first)]);
  for (const piece of sources.flatMap((each) => [...each])) {
    for (const target of targets.slice(starts[piece], starts[piece + 1]).slice(0, best)) candidates.add(target);
    if (!isControl(piece)) candidates.add(piece);
    if (byteIds?.includes(piece)) for (const byte of byteIds) candidates.add(byte);
  }
  return [...candidates].sort((a, b) => a - b);
}

describe.each([true, false])("candidates, bytes in the vocabulary: %s", (hasBytes) => {
  const pieces = vocabulary(SIZE, hasBytes);
  const shortlist = new Shortlist(content, pieces);

  it("are those of the rule, ascending, for one sentence and for batches", () => {
    for (const sentences of [0, 1, 1, 1, 2, 5, 40]) {
      for (const least of [0, 262]) {
        const sources = Array.from({ length: sentences }, () => source(least));
        expect([...shortlist.candidates(sources)]).toEqual(byRule(sources, content, pieces));
      }
    }
  });

  it("of a batch are the union of its sentences', and nothing stays of one call in the next", () => {
    const sources = Array.from({ length: 9 }, () => source(262));
    const apart = sources.map((each) => shortlist.candidates([each]));
    const together = shortlist.candidates(sources);
    expect([...together]).toEqual([...new Set(apart.flatMap((each) => [...each]))].sort((a, b) => a - b));
    expect(sources.map((each) => shortlist.candidates([each]))).toEqual(apart);
  });
});

it("takes fewer frequent pieces and fewer of each source piece than the file has", () => {
  const pieces = vocabulary(SIZE, true);
  for (const limits of [{ first: 3 }, { best: 2 }, { first: 0, best: 1 }, { first: 1000, best: 1000 }]) {
    const sources = [source(262), source(262), source(0)];
    const found = new Shortlist(content, pieces, limits).candidates(sources);
    expect([...found]).toEqual(byRule(sources, content, pieces, limits));
  }
});
