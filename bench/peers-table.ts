/** The table of docs/performance.md that compares training steps, and its place between two markers. */
import { DataError } from "../src/base/errors.ts";
import { type Row, rounded } from "./figures.ts";
import { median } from "./measure.ts";

/** Rates in target tokens a second. */
export interface Comparison {
  model: string;
  precision: "f32" | "bf16";
  /** Millions. */
  parameters: number;
  ours: number;
  theirs: number;
  /** Ours over theirs in each round, the two beside each other. */
  ratios: readonly number[];
  /** How PyTorch was fastest. */
  peerMode: string;
  /** The same model of ours on TensorFlow's own backend. */
  tfjsNode?: number;
  /** Useful arithmetic of our step, per cent of the machine's peak in this precision. */
  peakShare: number;
  /** Our peak memory. */
  memoryGiB: number;
}

export interface Circumstances {
  date: string;
  processor: string;
  memory: string;
  system: string;
  isa: string;
  threads: number;
  /** Environment of PyTorch alone. */
  peerSettings: string;
  versions: string;
  runs: string;
}

/** Markdown: what ran where, then a row for each comparison. */
export function peersTable(comparisons: readonly Comparison[], circumstances: Circumstances): string {
  const { date, processor, memory, system, isa, threads, peerSettings, versions, runs } = circumstances;
  const withTensorflow = comparisons.some(({ tfjsNode }) => tfjsNode !== undefined);
  const head = ["model", "parameters", "precision", "gnmt-moe, tokens/s", "PyTorch, tokens/s", "PyTorch's mode"];
  head.push("ratio", "its spread");
  const columns = [...head, "share of peak", "memory", ...(withTensorflow ? ["tfjs-node, tokens/s"] : [])];
  const rows = comparisons.map((each) => [
    each.model,
    `${rounded(each.parameters)} M`,
    each.precision,
    grouped(each.ours),
    grouped(each.theirs),
    each.peerMode,
    median(each.ratios).toFixed(2),
    `${Math.min(...each.ratios).toFixed(2)}–${Math.max(...each.ratios).toFixed(2)}`,
    `${rounded(each.peakShare)} %`,
    `${rounded(each.memoryGiB, 2)} GiB`,
    ...(withTensorflow ? [each.tfjsNode === undefined ? "–" : grouped(each.tfjsNode)] : []),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `${date}: ${processor}, ${memory}, ${system}; ${isa}, ${threads} threads; ${versions}; ${runs}, in turn.`,
    `PyTorch ran with \`${peerSettings}\`, so that it keeps its memory; neither with \`OPENBLAS_*\` settings. Ratios are medians over the rounds.`,
    "",
    line(columns),
    line(columns.map((_, i) => (i === 0 || i === 2 || i === 5 ? "---" : "---:"))),
    ...rows.map(line),
  ].join("\n");
}

export function comparisonRow(comparison: Comparison): Row {
  const { ratios, ...rest } = comparison;
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return { ...rest, ratio: rounded(median(ratios), 2), least: rounded(least, 2), most: rounded(most, 2) };
}

/** 12345 → "12,345". */
function grouped(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** Puts `text` between `<!-- NAME:begin -->` and `<!-- NAME:end -->`. Throws DataError where they aren't. */
export function replaceBetweenMarkers(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from < 0 || to < 0) {
    throw new DataError(`the document has no place for the table "${name}"`, {
      nextStep: `Write ${begin} and ${end} on lines of their own where it belongs.`,
    });
  }
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
}
