/** Mixture-of-experts layers in a stack of LSTM layers: where they stand, and a pass through them. */
import type * as tf from "@tensorflow/tfjs";
import type { ForwardContext } from "../layers/forward-context.ts";
import type { Parameters } from "../layers/parameters.ts";
import { MoeLayer } from "../moe/moe-layer.ts";
import type { StackOptions } from "./options.ts";

/** What a stack of layers gives for a batch. */
export interface StackResult {
  /** [positions, hidden] */
  output: tf.Tensor2D;
  /** Weighted balance losses of its mixture-of-experts layers, one for each; none in evaluation. */
  losses: tf.Scalar[];
}

/** The mixture-of-experts layers of one stack. */
export class ExpertStack {
  /** By the LSTM layer they follow, from 1. */
  private readonly layers: ReadonlyMap<number, MoeLayer>;

  /** `after` has the numbers of the LSTM layers, from 1, that one follows; each is called `prefix` and that number. */
  constructor(
    parameters: Parameters,
    prefix: string,
    after: readonly number[],
    { moe, moeSizes, hiddenSize }: Pick<StackOptions, "moe" | "moeSizes" | "hiddenSize">,
  ) {
    const places = moe === undefined ? [] : after;
    this.layers = new Map(
      places.map((layer) => {
        const name = `${prefix}${layer}`;
        return [layer, new MoeLayer(parameters, name, { ...moe!, ...moeSizes?.get(name), hiddenSize })];
      }),
    );
  }

  /** From the lowest up, in whatever order they were listed. */
  get all(): MoeLayer[] {
    return [...this.layers].sort(([a], [b]) => a - b).map(([, layer]) => layer);
  }

  /** A pass of one batch; its losses are complete once every layer has run. */
  pass(context: ForwardContext): ExpertPass {
    return new ExpertPass(this.layers, context);
  }
}

/** One batch on its way through a stack. */
export class ExpertPass {
  readonly losses: tf.Scalar[] = [];
  private readonly layers: ReadonlyMap<number, MoeLayer>;
  private readonly context: ForwardContext;

  constructor(layers: ReadonlyMap<number, MoeLayer>, context: ForwardContext) {
    this.layers = layers;
    this.context = context;
  }

  /** x [positions, hidden] of an LSTM layer, numbered from 1 → what the experts behind it make of it, or x where there are none. */
  after(layer: number, x: tf.Tensor2D): tf.Tensor2D {
    const experts = this.layers.get(layer);
    if (experts === undefined) return x;
    const { output, loss } = experts.apply(x, this.context);
    if (loss !== undefined) this.losses.push(loss);
    return output;
  }
}
