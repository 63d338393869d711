/**
 * What a step takes on 1 to 1,024 ranks: one rank's step and two ranks' messages are measured, here or by another launcher, or given; then the cost model
 * tells. Writes the table and the picture of docs/performance.md.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../src/base/atomic-file.ts";
import { svgChart } from "../src/report/charts/svg-chart.ts";
import { benchmark, type Json, runChild } from "./child.ts";
import {
  largestShape,
  type Machines,
  type ModelShape,
  referenceShape,
  type StepCost,
  stepCost,
} from "./cluster/cost-model.ts";
import { LAUNCH, onRanks } from "./cluster/launch.ts";
import { machinesFrom } from "./cluster/machines.ts";
import { type Row, rounded } from "./figures.ts";
import type { Benchmark } from "./main.ts";
import { readOptions } from "./options.ts";
import { replaceBetweenMarkers } from "./peers-table.ts";

const docs = join(import.meta.dirname, "..", "docs");
const defaults = {
  launch: LAUNCH,
  /** Threads of a rank; sentences and length of its batch; experts of a layer for each rank. */
  threads: 1,
  batch: 64,
  len: 25,
  experts: 16,
  steps: 5,
  /** Milliseconds of that step, and memory's GB/s; 0: measured here. */
  "step-ms": 0,
  "memory-gb-s": 0,
  /** Of two ranks' exchanges; 0: measured by the launcher. */
  "latency-us": 0,
  "bandwidth-mb-s": 0,
  /** What each further message of an exchange takes. */
  "message-us": 5,
  /** Networks to compare: Gbit/s and µs. */
  networks: "1:200,10:50,100:10",
  /** Of the largest model: words of a rank's batch, wordpieces, memory of a rank. */
  words: 2048,
  vocab: 32_000,
  "memory-gib": 64,
  bf16: false,
  overlap: 0,
  /** Empty writes no file. */
  write: join(docs, "performance.md"),
  picture: join(docs, "pictures", "cluster-model.svg"),
} as const;

const RANKS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

interface Network {
  name: string;
  machines: Machines;
}

export const run: Benchmark = async (argv) => {
  const options = readOptions(argv, defaults);
  const { batch, len, experts, threads, launch, words, vocab, overlap } = options;
  const step = await stepFigures(options);
  const link = await linkFigures(launch, options["latency-us"], options["bandwidth-mb-s"]);
  const positions = batch * len;
  const measured = machinesFrom(referenceShape(experts), positions, step, link, options["message-us"]);
  const networks: Network[] = [
    { name: "measured", machines: measured },
    ...options.networks.split(",").map((text) => networkOf(text, measured)),
  ];
  const job = { numberBytes: options.bf16 ? 2 : 4, overlap } as const;
  const growing = (ranks: number) => referenceShape(experts * ranks);
  const largest = largestShape(vocab);
  const capacity = options["memory-gib"] * 2 ** 30;
  const costs = ({ machines }: Network, shape: (ranks: number) => ModelShape, each: number, most = 0) =>
    RANKS.map((ranks) => stepCost(shape(ranks), { ...machines, capacity: most }, { ...job, ranks, positions: each }));
  const compared = networks.slice(1);
  const middle = compared[Math.min(1, compared.length - 1)] ?? networks[0]!;
  const reference = costs(middle, growing, positions);
  const paper = costs(middle, () => largest, words, capacity);
  const circumstances = {
    ...{ threads, positions, experts_per_rank: experts, step_ms: Number(step["ms"]) },
    gflops: rounded(measured.flops / 1e9),
    memory_gb_s: rounded(measured.memory / 1e9),
    latency_us: Number(link["latency_us"]),
    bandwidth_mb_s: Number(link["bandwidth_mb_s"]),
    network: middle.name,
  };
  if (options.write !== "") {
    const text = [
      `One rank: ${threads} thread, ${step["ms"]} ms for ${positions} positions of each side with ${experts} experts a layer, so ${circumstances.gflops} GFLOP/s beside ${circumstances.memory_gb_s} GB/s of memory.`,
      `Two ranks here: ${circumstances.latency_us} µs and ${circumstances.bandwidth_mb_s} MB/s. The tables have a network of ${middle.name}.`,
      "",
      `The reference model with ${experts} experts a layer for each rank, times in milliseconds:`,
      "",
      markdown(RANKS.map((ranks, i) => referenceRow(ranks, experts, reference[i]!, reference[0]!))),
      "",
      `137 billion parameters: 131,072 experts of 512 × 1024, ${words} words a rank, ${vocab.toLocaleString("en")} wordpieces, ranks of ${options["memory-gib"]} GiB, times in milliseconds:`,
      "",
      markdown(RANKS.map((ranks, i) => paperRow(ranks, words, paper[i]!))),
    ].join("\n");
    writeFileAtomic(options.write, replaceBetweenMarkers(readFileSync(options.write, "utf8"), "cluster-model", text));
  }
  if (options.picture !== "") {
    const curve = (name: string, all: readonly StepCost[]) => ({
      name,
      points: RANKS.map((ranks, i) => ({
        x: ranks,
        y: (100 * (all[i]!.compute + all[i]!.expertMemory)) / all[i]!.step,
      })),
    });
    const chart = svgChart({
      title: "Share of a step that computes, by ranks",
      xLabel: "ranks",
      yLabel: "per cent",
      xScale: "logarithmic",
      xTicks: RANKS.filter((_, i) => i % 2 === 0),
      series: [
        ...compared.map((network) =>
          curve(`${experts} experts a rank, ${network.name}`, costs(network, growing, positions)),
        ),
        ...compared.map((network) =>
          curve(
            `137 billion, ${network.name}`,
            costs(network, () => largest, words),
          ),
        ),
      ],
    });
    writeFileAtomic(options.picture, chart!);
  }
  return {
    ...circumstances,
    reference: RANKS.map((ranks, i) => referenceRow(ranks, experts, reference[i]!, reference[0]!)),
    paper: RANKS.map((ranks, i) => paperRow(ranks, words, paper[i]!)),
  };
};

async function stepFigures(
  options: {
    [name in "step-ms" | "memory-gb-s" | "batch" | "len" | "experts" | "threads" | "steps"]: number;
  },
): Promise<Json> {
  const given = { ms: options["step-ms"], peak_gb_s: options["memory-gb-s"] };
  if (given.ms > 0 && given.peak_gb_s > 0) return given;
  const words = (["batch", "len", "experts", "threads", "steps"] as const).flatMap((name) => [
    `--${name}`,
    String(options[name]),
  ]);
  const measured = await runChild(benchmark("train-step", words));
  return { ms: given.ms || measured["ms"], peak_gb_s: given.peak_gb_s || measured["peak_gb_s"] };
}

async function linkFigures(launch: string, latency: number, bandwidth: number): Promise<Json> {
  if (latency > 0 && bandwidth > 0) return { latency_us: latency, bandwidth_mb_s: bandwidth };
  const measured = await runChild(onRanks(launch, 2, "link", []));
  return { latency_us: latency || measured["latency_us"], bandwidth_mb_s: bandwidth || measured["bandwidth_mb_s"] };
}

/** `10:50`: 10 Gbit/s, 50 µs; all else as measured. */
function networkOf(text: string, machines: Machines): Network {
  const [gigabits, microseconds] = text.split(":").map(Number);
  return {
    name: `${gigabits} Gbit/s, ${microseconds} µs`,
    machines: { ...machines, bandwidth: (gigabits! * 1e9) / 8, latency: microseconds! / 1e6 },
  };
}

function milliseconds(seconds: number): number {
  return rounded(1000 * seconds, 1000 * seconds < 10 ? 1 : 0);
}

function referenceRow(ranks: number, experts: number, cost: StepCost, one: StepCost): Row {
  return {
    ranks,
    experts: ranks * experts,
    step: milliseconds(cost.step),
    compute: milliseconds(cost.compute + cost.expertMemory),
    rows: milliseconds(cost.rows),
    gradients: milliseconds(cost.gradients),
    latency: milliseconds(cost.latency),
    "sent, MB": rounded(cost.sentBytes / 1e6, 0),
    "efficiency, %": rounded((100 * one.step) / cost.step),
    binds: cost.binds,
  };
}

function paperRow(ranks: number, words: number, cost: StepCost): Row {
  return {
    ranks,
    "memory, GiB": rounded(cost.memoryBytes / 2 ** 30),
    step: milliseconds(cost.step),
    "expert memory": milliseconds(cost.expertMemory),
    compute: milliseconds(cost.compute),
    rows: milliseconds(cost.rows),
    gradients: milliseconds(cost.gradients),
    latency: milliseconds(cost.latency),
    "sent, MB": rounded(cost.sentBytes / 1e6, 0),
    "words/s": Math.round((ranks * words) / cost.step),
    binds: cost.binds === "capacity" ? "doesn't fit" : cost.binds,
  };
}

/** A table whose columns all rows have. */
function markdown(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0]!);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const cell = (value: unknown) => (typeof value === "number" ? value.toLocaleString("en") : String(value));
  const sides = columns.map((column) => (column === "binds" ? "---" : "---:"));
  return [line(columns), line(sides), ...rows.map((row) => line(columns.map((column) => cell(row[column]))))].join(
    "\n",
  );
}
