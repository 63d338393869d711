/** Alignments of encoded pairs, symmetrised piece by piece. */
import type { Aligner } from "./aligner.ts";
import { type ParallelText, ParallelTextBuilder } from "./parallel-text.ts";
import type { AlignmentLink } from "./pharaoh.ts";
import { type Symmetrization, symmetrize } from "./symmetrize.ts";

/** The best of them on hand-made alignments (docs/decoding.md). */
export const defaultSymmetrization: Symmetrization = "grow-diag-final";

/** The links of both directions, between places of a pair's sentences. */
export interface SentenceLinks {
  forward: AlignmentLink[];
  backward: AlignmentLink[];
}

/** Of each pair of a text. */
export function* directedLinks(aligner: Aligner, text: ParallelText): Generator<SentenceLinks> {
  const { sources, targets } = aligner.links(text);
  const { source, target } = text;
  for (let n = 0; n + 1 < source.starts.length; n++) {
    const links: SentenceLinks = { forward: [], backward: [] };
    for (let at = target.starts[n]!; at < target.starts[n + 1]!; at++) {
      if (sources[at]! >= 0) links.forward.push({ source: sources[at]!, target: at - target.starts[n]! });
    }
    for (let at = source.starts[n]!; at < source.starts[n + 1]!; at++) {
      if (targets[at]! >= 0) links.backward.push({ source: at - source.starts[n]!, target: targets[at]! });
    }
    yield links;
  }
}

/** A pair as shards have it: a source with `</s>`, and a language tag where `tagged`; target pieces alone. */
interface EncodedPair {
  source: Int32Array;
  target: Int32Array;
}

/** Links between positions of each source, tag counted, and target pieces; by target piece, then by source position. */
export function alignPieces(
  aligner: Aligner,
  pairs: readonly EncodedPair[],
  { eosId }: { eosId: number },
  tagged: boolean,
): { sources: Int32Array; targets: Int32Array }[] {
  const first = tagged ? 1 : 0;
  const builder = new ParallelTextBuilder(eosId);
  const sources = pairs.map(({ source }) => source.subarray(first, -1));
  for (const [n, { target }] of pairs.entries()) builder.add(sources[n]!, target);
  return Array.from(directedLinks(aligner, builder.text()), ({ forward, backward }, n) => {
    const links = symmetrize(sources[n]!.length, pairs[n]!.target.length, forward, backward, defaultSymmetrization);
    links.sort((a, b) => a.target - b.target || a.source - b.source);
    return {
      sources: Int32Array.from(links, ({ source }) => first + source),
      targets: Int32Array.from(links, ({ target }) => target),
    };
  });
}
