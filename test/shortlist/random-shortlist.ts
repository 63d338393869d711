/** Random content of a shortlist, and a vocabulary for it. */
import { Random } from "../../src/base/random.ts";
import type { ShortlistContent } from "../../src/shortlist/shortlist.ts";
import type { FilePieces } from "../../src/shortlist/shortlist-file.ts";

export const EOS = 3;
export const UNK = 1;

/** `<pad>` `<unk>` `<s>` `</s>`, two tags, 256 byte pieces if wanted, then text. */
export function vocabulary(size: number, hasBytes: boolean): FilePieces {
  const control = new Set([0, 2, EOS, 4, 5]);
  return {
    size,
    eosId: EOS,
    unkId: UNK,
    byteIds: hasBytes ? Int32Array.from({ length: 256 }, (_, i) => 6 + i) : undefined,
    isControl: (id) => control.has(id),
    pieceOf: (id) => (hasBytes && id >= 6 && id < 262 ? `<byte ${id - 6}>` : `piece ${id}`),
  };
}

/** Rows of 0 to 7 pieces without repeats, some of them alike; the most probable first. */
export function randomContent(size: number, seed: number): ShortlistContent {
  const random = new Random(seed);
  const starts = new Int32Array(size + 1);
  const targets: number[] = [];
  const probabilities: number[] = [];
  for (let source = 0; source < size; source++) {
    const row = new Set(Array.from({ length: random.integer(8) }, () => random.integer(size)));
    for (const [i, target] of [...row].entries()) {
      targets.push(target);
      probabilities.push(2 ** -(i + 1));
    }
    starts[source + 1] = targets.length;
  }
  const frequent = new Set(Array.from({ length: 12 }, () => random.integer(size)));
  return {
    starts,
    targets: Int32Array.from(targets),
    probabilities: Float32Array.from(probabilities),
    frequent: Int32Array.from(frequent),
  };
}
