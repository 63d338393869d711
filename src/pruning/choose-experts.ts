/** Which experts of a layer stay. */
import { UsageError } from "../base/errors.ts";
import type { PrunableLayer } from "./prunable-layers.ts";

/** How many stay in each layer: a number, a share of them, or those whose worth is above 0, as that of used ones is. */
export type Kept = { number: number } | { share: number } | "used";

/** What `--experts` says: `16`, `50%` or `used`. Throws UsageError. */
export function keptOf(text: string): Kept {
  if (text === "used") return "used";
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = Number(digits);
  if (percent === "%" && value > 0 && value <= 100) return { share: value / 100 };
  if (percent === "" && Number.isInteger(value) && value > 0) return { number: value };
  throw new UsageError(`--experts is ${text}`, {
    nextStep: "Give a number of experts (16), a share of them (50%), or used.",
  });
}

/**
 * [groups][experts that stay, in ascending order]: the best by `worth` [experts], equal ones from the lower on. All groups of a layer keep as many as the
 * one that keeps most, since a hierarchy's groups are of one size. Throws UsageError where a position would find fewer than it uses.
 */
export function chooseExperts(layer: PrunableLayer, worth: ArrayLike<number>, kept: Kept): number[][] {
  const size = layer.experts / layer.groups;
  const ranked = Array.from({ length: layer.groups }, (_, group) =>
    Array.from({ length: size }, (_, i) => group * size + i).sort((a, b) => worth[b]! - worth[a]! || a - b),
  );
  const count = countOf(layer, kept, ranked, worth);
  if (count < layer.fewest) {
    const whose = layer.groups === 1 ? `${layer.name} would keep` : `each group of ${layer.name} would keep`;
    throw new UsageError(`${whose} ${count} of ${size} experts, and a position uses ${layer.fewest}`, {
      where: "--experts",
      nextStep: `Keep ${layer.fewest * layer.groups} or more.`,
    });
  }
  return ranked.map((experts) => experts.slice(0, count).sort((a, b) => a - b));
}

/** How many stay in each group. */
function countOf(
  { name, experts, groups, fewest }: PrunableLayer,
  kept: Kept,
  ranked: readonly number[][],
  worth: ArrayLike<number>,
): number {
  const size = experts / groups;
  if (kept === "used") {
    const used = ranked.map((group) => group.filter((expert) => worth[expert]! > 0).length);
    return Math.max(fewest, ...used);
  }
  if ("share" in kept) return Math.round(kept.share * size);
  if (kept.number % groups !== 0) {
    throw new UsageError(`${kept.number} experts cannot be shared out evenly over the ${groups} groups of ${name}`, {
      where: "--experts",
      nextStep: `Give a multiple of ${groups}, or a share of them.`,
    });
  }
  return Math.min(size, kept.number / groups);
}
