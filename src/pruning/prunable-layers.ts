/** The layers of a model whose experts may be left out, as their gates see them: in one group, or in those of a hierarchy. */
import { CheckpointError } from "../base/errors.ts";
import type { GatingKind } from "../config/choices.ts";
import type { Config } from "../config/config.ts";
import { expertLayers } from "../config/expert-layers.ts";

/** A mixture-of-experts layer. Expert j of group g is g · (experts / groups) + j. */
export interface PrunableLayer {
  /** How its parameters' names begin, such as encoder.moe2. */
  name: string;
  gating: GatingKind;
  experts: number;
  /** 1 where there is no hierarchy. */
  groups: number;
  /** The fewest that a group can have: as many as a position uses of it. */
  fewest: number;
}

/** In the order of lists by layer. Throws CheckpointError for a model that has none. */
export function prunableLayers(config: Config, directory: string): PrunableLayer[] {
  const layers = config.expertLayers > 1 ? [] : expertLayers(config);
  if (layers.length === 0) {
    throw new CheckpointError("this model is dense: it has no experts to choose from", {
      where: directory,
      nextStep: "Give the directory of a model that was trained with num_experts.",
    });
  }
  const { gating } = config;
  return layers.map(({ name, numExperts, numExpertsPerToken }) => ({
    name,
    gating,
    experts: numExperts,
    groups: gating === "hierarchical" ? config.numExpertGroups : 1,
    fewest: gating === "dense" ? 1 : numExpertsPerToken,
  }));
}
