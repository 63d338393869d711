/**
 * Gradients of a few rows of a table, summed over ranks without becoming a table: each rank adds up some of the rows, those of its part of the
 * table, and gives them to all.
 */
import type * as tf from "@tensorflow/tfjs";
import { scatterAddRows } from "../../ops/gather-rows.ts";
import type { RowGradient } from "../../ops/row-gradients.ts";
import { floatTensor } from "../../ops/tensor.ts";
import type { Communicator } from "../../parallel/communicator.ts";
import { partOf } from "../../parallel/parts.ts";
import { bytesOf } from "../../parallel/rank-group.ts";

/** The sums of all ranks, table by table; disposes of its own rank's. Rows are in the order of the table. */
export function reduceRows(
  ranks: Communicator,
  tables: ReadonlyMap<tf.Tensor, RowGradient>,
): Map<tf.Tensor, RowGradient> {
  return new Map([...tables].map(([table, gradient]) => [table, reduceTable(ranks, gradient)]));
}

function reduceTable(ranks: Communicator, { rowOf, sums }: RowGradient): RowGradient {
  const { rank, size } = ranks;
  const width = sums.shape[1];
  const ids = Int32Array.from(rowOf.keys()).filter((id) => rowOf[id]! >= 0);
  const values = sums.dataSync<"float32">();
  sums.dispose();
  const parts = Array.from({ length: size }, (_, each) => partOf(rowOf.length, each, size));
  const leaving = Uint32Array.from(parts, ({ begin, length }) => countBetween(ids, begin, begin + length));
  const ordered = rowsAt(
    values,
    ids.map((id) => rowOf[id]!),
    width,
  );
  const counts = ranks.gatherNumbers(Float64Array.from(leaving)).wait();
  const arriving = Uint32Array.from(counts, (of) => of[rank]!);
  const own = exchange(ranks, { ids, rows: ordered, leaving, arriving, width });
  // Rows of rank 0 first: the order of sums.
  const present = [...new Set(own.ids)].sort((a, b) => a - b);
  const place = new Map(present.map((id, i) => [id, i]));
  const index = own.ids.map((id) => place.get(id)!);
  const received = floatTensor<tf.Tensor2D>(own.rows, [own.ids.length, width]);
  const added = scatterAddRows(received, index, present.length);
  const ownSums = added.dataSync<"float32">();
  received.dispose();
  added.dispose();
  const lengths = Uint32Array.from(ranks.gatherNumbers(Float64Array.of(present.length)).wait(), ([length]) => length!);
  const all = exchange(ranks, {
    ids: repeated(Int32Array.from(present), size),
    rows: repeated(ownSums, size),
    leaving: new Uint32Array(size).fill(present.length),
    arriving: lengths,
    width,
  });
  const summedRowOf = new Int32Array(rowOf.length).fill(-1);
  all.ids.forEach((id, row) => {
    summedRowOf[id] = row;
  });
  return { rowOf: summedRowOf, sums: floatTensor<tf.Tensor2D>(all.rows, [all.ids.length, width]) };
}

interface Rows {
  /** [rows] the table's row of each. */
  ids: Int32Array;
  /** [rows · width] */
  rows: Float32Array;
  leaving: Uint32Array;
  arriving: Uint32Array;
  width: number;
}

function exchange(ranks: Communicator, { ids, rows, leaving, arriving, width }: Rows): Pick<Rows, "ids" | "rows"> {
  const count = arriving.reduce((sum, each) => sum + each, 0);
  const [receivedIds, received] = [new Int32Array(count), new Float32Array(count * width)];
  const bytes = (counts: Uint32Array, each: number) => counts.map((rows) => rows * each);
  const first = ranks.exchange(bytesOf(ids), bytes(leaving, 4), bytesOf(receivedIds), bytes(arriving, 4));
  const ofRows = bytes(leaving, 4 * width);
  const second = ranks.exchange(bytesOf(rows), ofRows, bytesOf(received), bytes(arriving, 4 * width));
  first.wait();
  second.wait();
  return { ids: receivedIds, rows: received };
}

/** How many of the ascending `ids` are in [begin, end). */
function countBetween(ids: Int32Array, begin: number, end: number): number {
  return ids.reduce((count, id) => count + (id >= begin && id < end ? 1 : 0), 0);
}

function rowsAt(values: Float32Array, rows: Int32Array, width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}

function repeated<Numbers extends Int32Array | Float32Array>(values: Numbers, times: number): Numbers {
  const out = new (values.constructor as new (length: number) => Numbers)(values.length * times);
  for (let i = 0; i < times; i++) out.set(values, i * values.length);
  return out;
}
