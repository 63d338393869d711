/**
 * What a training step of several ranks takes, from what one rank computes a second and what the network carries: positions and memory of experts, rows on
 * their way to experts and back, gradients of what all ranks have. Each formula follows the exchanges that `src/parallel`, `src/ops/row-route.ts` and
 * `src/training/ranks` make.
 */

/** A layer of experts: `experts` networks width → hidden → width, of which each position takes `chosen`. */
export interface ExpertLayer {
  experts: number;
  width: number;
  hidden: number;
  chosen: number;
}

/** What of a model its step depends on. */
export interface ModelShape {
  /** Numbers that all ranks have, without embeddings; each takes one multiply-add for a position. */
  dense: number;
  /** [tables] rows and width of embeddings, of which a rank reads `read` at most in a step. */
  embeddings: readonly { rows: number; width: number }[];
  layers: readonly ExpertLayer[];
  /** Numbers that are kept of each position for the backward pass. */
  kept: number;
}

/** What machines and network do, all measured. */
export interface Machines {
  /** Multiply-adds times two, a second, of a rank in a step. */
  flops: number;
  /** Bytes of memory a second of a rank. */
  memory: number;
  /** Seconds from the start of a small exchange to its end. */
  latency: number;
  /** Seconds that each further message of an exchange takes. */
  message: number;
  /** Bytes a second that a rank sends while it receives as many. */
  bandwidth: number;
  /** Bytes of memory that a rank may take; 0: any. */
  capacity: number;
}

export interface JobShape {
  ranks: number;
  /** Positions that each rank reads in a step. */
  positions: number;
  /** Bytes of a number on its way: 4, or 2 for bf16. */
  numberBytes: 4 | 2;
  /** Share of the time to compute in which gradients of dense parameters are on their way already. */
  overlap: number;
}

/** Seconds, and bytes, of one rank in one step. */
export interface StepCost {
  compute: number;
  /** Experts' matrices read and written. */
  expertMemory: number;
  /** Rows to experts and back, in both passes. */
  rows: number;
  /** Gradients of dense parameters and embeddings; what compute doesn't hide. */
  gradients: number;
  /** Exchanges of a few numbers, and the latency of all others. */
  latency: number;
  step: number;
  /** Bytes that a rank sends. */
  sentBytes: number;
  /** Bytes that a rank has in memory. */
  memoryBytes: number;
  /** The largest part; memory where the model doesn't fit. */
  binds: "compute" | "expert memory" | "rows" | "gradients" | "latency" | "capacity";
}

/** A backward pass takes twice the multiply-adds of the forward pass. */
const PASSES = 3;
/** An expert's matrices are read in both passes, and read and written by the update. */
const WEIGHT_TRIPS = 4;
/** Rows go there and back, in both passes. */
const ROW_EXCHANGES = 4;
/** Of a layer of experts: how many rows follow, and the sums of its balance in both passes. */
const SMALL_PER_LAYER = 3;
/** Of a step: lengths and rows of embeddings, norms, sums to report, whether to stop. */
const SMALL_PER_STEP = 8;
/** Gradients of a table: rows to the rank that adds them up, and sums to all. */
const EXCHANGES_PER_TABLE = 2;
/** Parameter, gradient and two moments. */
const DENSE_COPIES = 4;
const F32 = 4;
/** Numbers of a bucket (src/training/ranks/reduce-gradients.ts). */
const BUCKET = 2 ** 22;

/** Loads of experts are even: the slowest rank is like the others. */
export function stepCost(model: ModelShape, machines: Machines, job: JobShape): StepCost {
  const { ranks, positions, numberBytes, overlap } = job;
  const others = (ranks - 1) / ranks;
  const expertNumbers = model.layers.map(({ width, hidden }) => 2 * width * hidden);
  const multiplyAdds = model.dense + model.layers.reduce((sum, { chosen }, i) => sum + chosen * expertNumbers[i]!, 0);
  const compute = (2 * PASSES * positions * multiplyAdds) / machines.flops;
  const ownExperts = model.layers.reduce((sum, { experts }, i) => sum + (experts / ranks) * expertNumbers[i]!, 0);
  const expertMemory = (WEIGHT_TRIPS * F32 * ownExperts) / machines.memory;

  const rowBytes = model.layers.reduce(
    (sum, { chosen, width }) => sum + ROW_EXCHANGES * positions * chosen * width * numberBytes * others,
    0,
  );
  const denseBytes = 2 * numberBytes * model.dense * others;
  const tableBytes = model.embeddings.reduce((sum, table) => sum + rowGradientBytes(table, positions, ranks), 0);
  const buckets = Math.ceil(model.dense / BUCKET);
  const exchanges =
    ranks === 1
      ? 0
      : model.layers.length * (ROW_EXCHANGES + SMALL_PER_LAYER) +
        model.embeddings.length * EXCHANGES_PER_TABLE +
        SMALL_PER_STEP;
  // Buckets are under way together: each costs messages, and all together two exchanges.
  const messages = (exchanges + 2 * buckets) * (ranks - 1);
  const latency = ranks === 1 ? 0 : (exchanges + 2) * machines.latency + messages * machines.message;
  const rows = rowBytes / machines.bandwidth;
  const gradients = Math.max(0, denseBytes / machines.bandwidth - overlap * compute) + tableBytes / machines.bandwidth;
  const tables = model.embeddings.reduce((sum, { rows, width }) => sum + rows * width, 0);
  const memoryBytes = F32 * (ownExperts + DENSE_COPIES * (model.dense + tables) + positions * model.kept);
  const parts = { compute, "expert memory": expertMemory, rows, gradients, latency };
  const largest = (Object.keys(parts) as (keyof typeof parts)[]).reduce((a, b) => (parts[b] > parts[a] ? b : a));
  const fits = machines.capacity === 0 || memoryBytes <= machines.capacity;
  return {
    ...{ compute, expertMemory, rows, gradients, latency },
    step: compute + expertMemory + rows + gradients + latency,
    sentBytes: rowBytes + denseBytes + tableBytes,
    memoryBytes,
    binds: fits ? largest : "capacity",
  };
}

/** Each rank sends what it has read to those that add up, and its sums to all. Positions read different rows as long as there are any. */
function rowGradientBytes({ rows, width }: { rows: number; width: number }, positions: number, ranks: number): number {
  const rowBytes = F32 * (width + 1);
  const own = distinct(rows, positions);
  const all = distinct(rows, positions * ranks);
  return (own * rowBytes * (ranks - 1)) / ranks + (all / ranks) * rowBytes * (ranks - 1);
}

/** How many different ones of `rows` are expected among so many reads, all equally likely. */
function distinct(rows: number, reads: number): number {
  return rows * (1 - (1 - 1 / rows) ** reads);
}

/** The reference step's model (bench/reference-model.ts). */
export function referenceShape(experts: number, hidden = 512, expertHidden = 1024, vocabulary = 8000): ModelShape {
  const lstm = (inputs: number, units: number) => 4 * units * (inputs + units);
  const encoder = 2 * lstm(hidden, hidden / 2) + 2 * lstm(hidden, hidden);
  const decoder = lstm(hidden, hidden) + lstm(2 * hidden, hidden);
  const layer = { experts, width: hidden, hidden: expertHidden, chosen: 2 };
  return {
    dense: encoder + decoder + 2 * hidden * hidden + hidden * vocabulary,
    embeddings: [
      { rows: vocabulary, width: hidden },
      { rows: vocabulary, width: hidden },
    ],
    layers: experts === 0 ? [] : [layer, layer],
    // Gates, state and output of five LSTM layers, two layers' hidden units and rows.
    kept: 5 * 8 * hidden + (experts === 0 ? 0 : 2 * 2 * (expertHidden + 2 * hidden)),
  };
}

/**
 * The paper's largest language model (Shazeer et al. 2017, §5.2): 131,072 experts 512 → 1024 → 512 between two LSTM layers of 512 units, four for each word;
 * the softmax over `vocabulary` wordpieces where the paper samples words.
 */
export function largestShape(vocabulary: number): ModelShape {
  const width = 512;
  return {
    dense: 2 * 4 * width * 2 * width + width * vocabulary,
    embeddings: [{ rows: vocabulary, width }],
    layers: [{ experts: 131_072, width, hidden: 1024, chosen: 4 }],
    kept: 2 * 8 * width + 4 * (1024 + 2 * width),
  };
}
