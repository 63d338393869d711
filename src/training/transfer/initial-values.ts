/** First values of parameters from a model with other ones: by name and shape, with rows for new wordpieces and experts that are copies. */
import { ConfigError } from "../../base/errors.ts";
import type { Config } from "../../config/config.ts";
import { uniform } from "../../layers/initializers.ts";
import type { OptimizerState } from "../../optim/optimizer.ts";
import { type DividedValues, valuesOf } from "../../parallel/divided-values.ts";
import type { PartOf } from "../../parallel/parts.ts";
import type { BaseModel } from "./base-model.ts";
import { extendRows, type NewRows } from "./extended-rows.ts";

/** Embeddings and the softmax: a row, or a number, for each wordpiece. */
const TABLE = /(^|\.)(embedding|output\.weights|output\.bias)$/;
const EXPERT_MATRICES = /\.experts\.(inner|outer|inner_gate)$/;
/** What experts end in: zeros make a layer the identity where nothing follows but the residual. */
const OUTER = /(^|\.)(experts|shared_expert|expert\d+)\.outer$/;
const GATE = /\.gate\.\w+$/;

/** Names of parameters by what became of them, for the message. */
interface Fates {
  taken: string[];
  extended: string[];
  copied: string[];
  /** Experts of layers that the model did not have. */
  zero: string[];
  fresh: string[];
}

/** Gives each parameter its values, and keeps account. */
export class InitialValues {
  private readonly base: BaseModel;
  private readonly config: Config;
  private readonly newRows: NewRows;
  private readonly fates: Fates = { taken: [], extended: [], copied: [], zero: [], fresh: [] };
  private readonly used = new Set<string>();

  constructor(base: BaseModel, config: Config, newRows: NewRows) {
    this.base = base;
    this.config = config;
    this.newRows = newRows;
  }

  /**
   * Values of a parameter of that shape, or of a part of it; undefined for those it would have in a run of its own. Throws ConfigError where shapes do
   * not fit.
   */
  of(name: string, shape: readonly number[], part?: PartOf): Float32Array | undefined {
    const source = this.sourceOf(name);
    const found = this.base.weights.get(source);
    if (found === undefined) return this.missing(name, shape, part);
    this.used.add(source);
    if (sameShape(found.shape, shape)) return this.note("taken", name, valuesOf(found, part));
    const [count, ...rest] = shape;
    const inner = found.shape.slice(1);
    if (TABLE.test(name) && sameShape(inner, rest) && count === found.shape[0]! + this.newRows.length) {
      return this.note("extended", name, extendRows(found.data, found.shape, this.newRows));
    }
    if (EXPERT_MATRICES.test(name) && found.shape[0] === 1 && sameShape(inner, rest)) {
      return this.note("copied", name, repeated(found.data, part?.length ?? count!));
    }
    if (GATE.test(name)) return this.newGate(name, shape);
    throw this.otherShape(name, found.shape, shape);
  }

  /** Moments of parameters that are as they were; those of tables go on with zeros for new rows. */
  moments(): OptimizerState | undefined {
    const values = this.base.moments?.values;
    if (values === undefined) return undefined;
    const { taken, extended } = this.fates;
    const kept = [...values].flatMap(([name, moment]): [string, DividedValues][] => {
      const parameter = name.replace(/\.\w+$/, "");
      if (taken.includes(parameter)) return [[name, moment]];
      if (!extended.includes(parameter)) return [];
      const none = this.newRows.map(() => []);
      const shape = [moment.shape[0]! + none.length, ...moment.shape.slice(1)];
      return [[name, { shape, data: extendRows(moment.data, moment.shape, none) }]];
    });
    return new Map(kept);
  }

  /** An adapter belongs to a model as it is. */
  requireUnchanged(): void {
    const { taken: _, ...others } = this.fates;
    const [changed] = Object.values(others).flat();
    const left = [...this.base.weights.keys()].find((name) => !this.used.has(name));
    if (changed === undefined && left === undefined) return;
    throw new ConfigError(
      `adapter: ${changed ?? left} is not the same in the model of train_from, which an adapter leaves as it is`,
      {
        where: `section base, adapter; ${this.base.directory}`,
        nextStep: "Leave out keys about wordpieces, the model and its experts, or train without adapter first.",
      },
    );
  }

  /** Lines that say which parameters were taken and which were not. */
  report(): string[] {
    const { taken, extended, copied, zero, fresh } = this.fates;
    const { directory, origin, weights } = this.base;
    const parts = [`${taken.length} of ${weights.size} parameters as they are`];
    if (extended.length > 0) parts.push(`${extended.length} with rows for ${this.newRows.length} new wordpieces`);
    if (copied.length > 0) parts.push(`copies of its dense layer as experts: ${copied.join(", ")}`);
    if (zero.length > 0) parts.push(`new layers that change nothing at first: ${zero.join(", ")}`);
    const lines = [`starting from ${directory} (${origin}): ${parts.join("; ")}`];
    if (fresh.length > 0) lines.push(`not in that model, and new: ${fresh.join(", ")}`);
    const unused = [...weights.keys()].filter((name) => !this.used.has(name));
    if (unused.length > 0) lines.push(`of that model, but not taken: ${unused.join(", ")}`);
    return lines;
  }

  /** The name there: tables that were one become two, and the softmax's weights were the embeddings where it was tied. */
  private sourceOf(name: string): string {
    const { weights } = this.base;
    if (weights.has(name) || !TABLE.test(name) || name.endsWith("bias")) return name;
    const tables = name.endsWith("output.weights") ? ["decoder.embedding", "embedding"] : ["embedding"];
    return tables.find((table) => weights.has(table)) ?? name;
  }

  private missing(name: string, shape: readonly number[], part?: PartOf): Float32Array | undefined {
    if (OUTER.test(name)) {
      if (!this.hasLayerOf(name)) this.checkIdentity(name);
      const own = part === undefined ? shape : [part.length, ...shape.slice(1)];
      return this.note("zero", name, new Float32Array(sizeOf(own)));
    }
    return this.note("fresh", name, undefined);
  }

  /** A gate for experts that are all alike. A dense one has no noise that would tell them apart, so that it starts random. */
  private newGate(name: string, shape: readonly number[]): Float32Array | undefined {
    const isDense = this.config.gating === "dense" && name.endsWith(".weights");
    if (!isDense) return this.note("fresh", name, undefined);
    const drawn = uniform(1 / Math.sqrt(shape[0]!))([...shape], name, this.config.seed);
    const values = drawn.dataSync<"float32">().slice();
    drawn.dispose();
    return this.note("fresh", name, values);
  }

  private hasLayerOf(name: string): boolean {
    const layer = name.slice(0, name.lastIndexOf(".", name.length - ".outer".length - 1) + 1);
    return layer !== "" && [...this.base.weights.keys()].some((each) => each.startsWith(layer));
  }

  private checkIdentity(name: string): void {
    if (this.config.moeOutput === "identity") return;
    throw new ConfigError(
      `moe_output is ${this.config.moeOutput}, which adds 0.5 even where experts give 0: ${name} is new, and the model of train_from would not be what it was`,
      { where: "section experts, moe_output", nextStep: "Set moe_output: identity." },
    );
  }

  private otherShape(name: string, before: readonly number[], now: readonly number[]): ConfigError {
    const isExpert = EXPERT_MATRICES.test(name);
    const canCopy = isExpert && before[0] === 1;
    const axis = now.findIndex((length, i) => length !== before[i] && !(canCopy && i === 0));
    const key = keyOf(name, axis);
    const [is, was] = [now[axis], before[axis]];
    const copies = isExpert && axis === 0 ? "; only a single expert can be copied" : "";
    const what = `${name} is [${now.join(", ")}] by this configuration and [${before.join(", ")}] in the model of train_from${copies}`;
    return new ConfigError(what, {
      where: `${key}; ${this.base.directory}`,
      nextStep: `Change ${key} so that ${is} becomes ${was}, or leave it out.`,
    });
  }

  private note<Values>(fate: keyof Fates, name: string, values: Values): Values {
    this.fates[fate].push(name);
    return values;
  }
}

/** The key that decides the length of an axis. */
function keyOf(name: string, axis: number): string {
  if (EXPERT_MATRICES.test(name)) return axis === 0 ? "num_experts" : "expert_hidden_size";
  if (/shared_expert/.test(name)) return "shared_expert_hidden_size";
  if (/^expert\d/.test(name) || /\.expert\d/.test(name)) return "expert_hidden_size";
  return TABLE.test(name) ? "vocab_size" : "hidden_size";
}

function repeated(data: Float32Array, times: number): Float32Array {
  const all = new Float32Array(times * data.length);
  for (let i = 0; i < times; i++) all.set(data, i * data.length);
  return all;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1);
}
