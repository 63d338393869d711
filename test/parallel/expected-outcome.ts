/** What communicator-task.ts must give, computed from its definition alone. */
import { lengthBetween, lengths, numberOf, type Outcome } from "./communicator-task.ts";

/** Sum over ranks in their order, in float32 at each addition. */
function sumAt(size: number, i: number, round: (value: number) => number = Math.fround): number {
  let sum = 0;
  for (let rank = 0; rank < size; rank++) sum = Math.fround(sum + round(numberOf(rank, i)));
  return sum;
}

/** To the nearest bf16, ties to even. */
function bf16(value: number): number {
  const word = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return new Float32Array(Uint32Array.of(((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) << 16).buffer)[0]!;
}

/** `rounds`: whether the communicator knows bf16. */
export function expectedOutcome(rank: number, size: number, rounds: boolean): Outcome {
  const ranks = Array.from({ length: size }, (_, each) => each);
  const numbers = (length: number, from = 0) => Array.from({ length }, (_, i) => sumAt(size, from + i));
  return {
    rank,
    size,
    sums: lengths.flatMap((length) => numbers(length)),
    large: numbers(11, 299_990),
    rounded: rounds ? numbers(9).map((_, i) => bf16(sumAt(size, i, bf16))) : numbers(9),
    received: ranks.map((from) => (lengthBetween(from, rank) > 0 ? [10 * from + rank] : [])),
    gathered: ranks.map((each) => new Array<number>(each).fill(each)),
    numbers: ranks.map((each) => [each, 1 / (each + 1)]),
    values: ranks.map((each) => `rank ${each}`),
    broadcast: [size - 1, size],
    late: numbers(3),
  };
}
