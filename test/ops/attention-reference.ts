/** Attention straight from its definition, in double precision, one query at a time. */
import { packedLayout, type RowGroups, rankByLength, sentenceRows } from "../../src/base/packed-layout.ts";
import type { AttentionGroups } from "../../src/ops/attention.ts";
import { normals } from "./finite-differences.ts";

export interface AttentionCase {
  hidden: number;
  valueWidth: number;
  groups: AttentionGroups;
  queries: Float64Array;
  keys: Float64Array;
  values: Float64Array;
  /** Present: additive scores. */
  energy?: Float64Array;
}

/** A batch of sentences of these [query, key] lengths; both sides ranked longest first, groups in batch order. */
export function attentionCase(
  lengths: readonly (readonly [number, number])[],
  [hidden, valueWidth]: readonly [number, number],
  additive: boolean,
): AttentionCase {
  const side = (lengthOf: number[]) => {
    const order = rankByLength(lengthOf);
    const rankOf = new Int32Array(order.length);
    order.forEach((sentence, rank) => {
      rankOf[sentence] = rank;
    });
    return sentenceRows(packedLayout(Array.from(order, (sentence) => lengthOf[sentence]!)), rankOf);
  };
  const queryRows = side(lengths.map(([query]) => query));
  const keyRows = side(lengths.map(([, key]) => key));
  const scale = additive ? 1 : 1.5 / Math.sqrt(hidden) ** 0.5;
  return {
    hidden,
    valueWidth,
    groups: { queryRows, keyRows },
    queries: normals(1, queryRows.rows.length * hidden, scale),
    keys: normals(2, keyRows.rows.length * hidden, scale),
    values: normals(3, keyRows.rows.length * valueWidth),
    ...(additive ? { energy: normals(4, hidden) } : {}),
  };
}

/** Context [query rows, value width] and each query row's weights over its keys. */
export function referenceAttention(c: AttentionCase): { context: Float64Array; weights: Float64Array[] } {
  const { queryRows, keyRows } = c.groups;
  const context = new Float64Array((c.queries.length / c.hidden) * c.valueWidth);
  const weights: Float64Array[] = [];
  for (let g = 0; g + 1 < queryRows.offsets.length; g++) {
    const keys = keyRows.rows.subarray(keyRows.offsets[g]!, keyRows.offsets[g + 1]!);
    for (const query of queryRows.rows.subarray(queryRows.offsets[g]!, queryRows.offsets[g + 1]!)) {
      const scores = Float64Array.from(keys, (key) => score(c, query, key));
      const largest = Math.max(...scores);
      const exponentials = scores.map((s) => Math.exp(s - largest));
      const total = exponentials.reduce((a, b) => a + b, 0);
      const row = exponentials.map((e) => e / total);
      weights[query] = row;
      keys.forEach((key, j) => {
        for (let i = 0; i < c.valueWidth; i++) {
          context[query * c.valueWidth + i]! += row[j]! * c.values[key * c.valueWidth + i]!;
        }
      });
    }
  }
  return { context, weights };
}

function score({ hidden, queries, keys, energy }: AttentionCase, query: number, key: number): number {
  let sum = 0;
  for (let i = 0; i < hidden; i++) {
    const q = queries[query * hidden + i]!;
    const k = keys[key * hidden + i]!;
    sum += energy === undefined ? q * k : energy[i]! * Math.tanh(q + k);
  }
  return sum;
}

/** One sentence of a case as a case of its own, and how to find its rows in results of the whole. */
export function sentenceOf(c: AttentionCase, sentence: number, upstream: Float64Array) {
  const rowsOf = ({ rows, offsets }: RowGroups) => rows.slice(offsets[sentence]!, offsets[sentence + 1]!);
  const queries = rowsOf(c.groups.queryRows);
  const keys = rowsOf(c.groups.keyRows);
  const alone = (count: number): RowGroups => ({
    rows: Int32Array.from({ length: count }, (_, i) => i),
    offsets: Int32Array.of(0, count),
  });
  const part: AttentionCase = {
    ...c,
    groups: { queryRows: alone(queries.length), keyRows: alone(keys.length) },
    queries: pickRows(c.queries, queries, c.hidden),
    keys: pickRows(c.keys, keys, c.hidden),
    values: pickRows(c.values, keys, c.valueWidth),
  };
  return {
    case: part,
    upstream: pickRows(upstream, queries, c.valueWidth),
    queryRows: (values: Float32Array, width: number) => pickRows(values, queries, width),
    keyRows: (values: Float32Array, width: number) => pickRows(values, keys, width),
  };
}

function pickRows<T extends Float32Array | Float64Array>(values: T, rows: Int32Array, width: number): T {
  const picked = values.slice(0, rows.length * width) as T;
  rows.forEach((row, i) => {
    picked.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return picked;
}
