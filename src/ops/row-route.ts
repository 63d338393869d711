/**
 * Rows on their way to the ranks that have their experts, and back (Shazeer et al. 2017, §3.1). An exchange is its own transpose: what goes
 * there in the forward pass comes back in the backward pass, so that each is one differentiable operation.
 */
import type * as tf from "@tensorflow/tfjs";
import { nativeBackend } from "../backends/native/backend.ts";
import type { Communicator } from "../parallel/communicator.ts";
import { partOf } from "../parallel/parts.ts";
import { bytesOf } from "../parallel/rank-group.ts";
import { applyFused } from "./fused-op.ts";
import { gatherRows } from "./gather-rows.ts";
import { floatTensor } from "./tensor.ts";

/** The rows of one batch of each rank, by expert. All ranks make theirs together. */
export class RowRoute {
  /** [this rank's experts + 1] the first row of each of its experts, once sent; within an expert the rows of rank 0 come first. */
  readonly offsets: Int32Array;
  private readonly ranks: Communicator;
  /** [ranks] rows that go to each rank, and come from it. */
  private readonly leaving: Uint32Array;
  private readonly arriving: Uint32Array;
  /** [rows] where each row, by expert, stands among those that arrive, by rank; and the opposite. */
  private readonly arrived: Int32Array;
  private readonly sorted: Int32Array;

  /** offsets [experts + 1]: the first of this rank's rows of each expert, wherever the expert is. */
  constructor(ranks: Communicator, offsets: Int32Array) {
    const { rank, size } = ranks;
    const experts = offsets.length - 1;
    const own = partOf(experts, rank, size).length;
    const parts = Array.from({ length: size }, (_, each) => partOf(experts, each, size));
    const counts = Int32Array.from({ length: experts }, (_, expert) => offsets[expert + 1]! - offsets[expert]!);
    // [ranks, this rank's experts]
    const received = new Int32Array(size * own);
    ranks
      .exchange(
        bytesOf(counts),
        Uint32Array.from(parts, ({ length }) => 4 * length),
        bytesOf(received),
        new Uint32Array(size).fill(4 * own),
      )
      .wait();
    this.ranks = ranks;
    this.leaving = Uint32Array.from(parts, ({ begin, length }) => offsets[begin + length]! - offsets[begin]!);
    this.arriving = new Uint32Array(size);
    this.offsets = new Int32Array(own + 1);
    for (let from = 0; from < size; from++) {
      for (let expert = 0; expert < own; expert++) {
        const count = received[from * own + expert]!;
        this.arriving[from]! += count;
        this.offsets[expert + 1]! += count;
      }
    }
    for (let expert = 0; expert < own; expert++) this.offsets[expert + 1]! += this.offsets[expert]!;
    const rows = this.offsets[own]!;
    this.arrived = new Int32Array(rows);
    this.sorted = new Int32Array(rows);
    const next = this.offsets.slice(0, own);
    let at = 0;
    for (let slot = 0; slot < received.length; slot++) {
      const expert = slot % own;
      for (let i = 0; i < received[slot]!; i++, at++) {
        const row = next[expert]!++;
        this.arrived[row] = at;
        this.sorted[at] = row;
      }
    }
  }

  /** x [rows, width] by expert → [rows of this rank's experts, width], by expert. */
  send(x: tf.Tensor2D): tf.Tensor2D {
    return applyFused([x], { forward: (x) => this.there(x), gradient: (dy) => this.back(dy) });
  }

  /** The opposite of `send`. */
  takeBack(y: tf.Tensor2D): tf.Tensor2D {
    return applyFused([y], { forward: (y) => this.back(y), gradient: (dx) => this.there(dx) });
  }

  private there(x: tf.Tensor2D): tf.Tensor2D {
    const received = exchangeRows(this.ranks, x, this.leaving, this.arriving);
    const rows = gatherRows(received, this.arrived);
    received.dispose();
    return rows;
  }

  private back(y: tf.Tensor2D): tf.Tensor2D {
    const byRank = gatherRows(y, this.sorted);
    const rows = exchangeRows(this.ranks, byRank, this.arriving, this.leaving);
    byRank.dispose();
    return rows;
  }
}

/**
 * What experts make of rows that all ranks have, x [rows, width] by expert → [rows, width]: each rank runs those of its experts and gives them to all,
 * so that all have the same bits. `run` takes rows and the first of each of this rank's experts.
 */
export function sameOnAllRanks(
  ranks: Communicator,
  x: tf.Tensor2D,
  offsets: Int32Array,
  run: (rows: tf.Tensor2D, offsets: Int32Array) => tf.Tensor2D,
): tf.Tensor2D {
  const { rank, size } = ranks;
  const parts = Array.from({ length: size }, (_, each) => partOf(offsets.length - 1, each, size));
  const { begin, length } = parts[rank]!;
  const first = offsets[begin]!;
  const count = offsets[begin + length]! - first;
  const rows = gatherRows(
    x,
    Int32Array.from({ length: count }, (_, i) => first + i),
  );
  const own = run(
    rows,
    offsets.slice(begin, begin + length + 1).map((at) => at - first),
  );
  const toAll = gatherRows(
    own,
    Int32Array.from({ length: size * count }, (_, i) => i % count),
  );
  const arriving = Uint32Array.from(parts, (part) => offsets[part.begin + part.length]! - offsets[part.begin]!);
  return exchangeRows(ranks, toAll, new Uint32Array(size).fill(count), arriving);
}

/** x [rows, width] → [rows, width]: `leaving[r]` rows go to rank r, `arriving[r]` come from it; each in the order of ranks. */
function exchangeRows(ranks: Communicator, x: tf.Tensor2D, leaving: Uint32Array, arriving: Uint32Array): tf.Tensor2D {
  const width = x.shape[1];
  const rows = arriving.reduce((sum, count) => sum + count, 0);
  const bytes = (counts: Uint32Array) => counts.map((count) => 4 * width * count);
  const native = nativeBackend();
  const values = native?.floats(x) ?? x.dataSync<"float32">();
  const received = native?.takeFloats(rows * width, "exchangeRows") ?? new Float32Array(rows * width);
  ranks.exchange(bytesOf(values), bytes(leaving), bytesOf(received), bytes(arriving)).wait();
  return native?.tensor([rows, width], received) ?? floatTensor(received, [rows, width]);
}
