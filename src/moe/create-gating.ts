/** The gate a configuration names. */

import type { GatingKind } from "../config/choices.ts";
import type { Parameters } from "../layers/parameters.ts";
import { DenseGating } from "./dense.ts";
import type { Gating, GatingOptions } from "./gating.ts";
import { HierarchicalGating } from "./hierarchical.ts";
import { NoisyTopKGating } from "./noisy-top-k.ts";
import { StrictlyBalancedGating } from "./strictly-balanced.ts";

const gates: Readonly<
  Record<GatingKind, new (parameters: Parameters, name: string, options: GatingOptions) => Gating>
> = {
  noisy_top_k: NoisyTopKGating,
  hierarchical: HierarchicalGating,
  strictly_balanced: StrictlyBalancedGating,
  dense: DenseGating,
};

/** A new gate of that kind; `name` begins the names of its parameters. */
export function createGating(kind: GatingKind, parameters: Parameters, name: string, options: GatingOptions): Gating {
  return new gates[kind](parameters, name, options);
}
