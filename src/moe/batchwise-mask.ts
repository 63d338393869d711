/** The two masks of strictly balanced gating (Shazeer et al. 2017, appendix F), each [positions · experts] of 0 and 1. */
import type { RaggedChoices } from "../ops/ragged-dispatch.ts";
import type { ChoiceAgreement } from "./gating.ts";
import { kthLargest } from "./order-statistics.ts";

/** Positions that each expert takes: k · positions in all, as even as whole numbers allow, the remainder to the lower experts. */
export function positionsPerExpert(positions: number, numExperts: number, k: number): Int32Array {
  const total = k * positions;
  const least = Math.floor(total / numExperts);
  return Int32Array.from({ length: numExperts }, (_, expert) => least + (expert < total % numExperts ? 1 : 0));
}

/** M_batchwise: for each expert, its m positions with the largest shares [positions, experts]; ties to the earlier position. */
export function batchwiseMask(shares: Float32Array, numExperts: number, k: number): Uint8Array {
  const positions = shares.length / numExperts;
  const mask = new Uint8Array(shares.length);
  const column = new Float32Array(positions);
  positionsPerExpert(positions, numExperts, k).forEach((count, expert) => {
    if (count === 0) return;
    for (let position = 0; position < positions; position++) column[position] = shares[position * numExperts + expert]!;
    const least = kthLargest(column, count);
    let above = 0;
    for (let position = 0; position < positions; position++) if (column[position]! > least) above++;
    let ties = count - above;
    for (let at = expert; at < shares.length; at += numExperts) {
      const share = shares[at]!;
      if (share > least || (share === least && ties-- > 0)) mask[at] = 1;
    }
  });
  return mask;
}

/** M_threshold: 1 where a share [positions, experts] exceeds its expert's threshold [experts]. */
export function thresholdMask(shares: Float32Array, thresholds: Float32Array): Uint8Array {
  return Uint8Array.from(shares, (share, i) => (share > thresholds[i % thresholds.length]! ? 1 : 0));
}

/** How far M_threshold, which inference uses, chooses what M_batchwise does. */
export function maskAgreement(chosen: Uint8Array, aboveThreshold: Uint8Array): ChoiceAgreement {
  let [both, either] = [0, 0];
  for (let i = 0; i < chosen.length; i++) {
    both += chosen[i]! & aboveThreshold[i]!;
    either += chosen[i]! | aboveThreshold[i]!;
  }
  return { both, either };
}

/** The pairs where a mask is 1, position by position, experts in order. */
export function choicesOf(mask: Uint8Array, numExperts: number): RaggedChoices {
  const positions = mask.length / numExperts;
  const starts = new Int32Array(positions + 1);
  const experts = new Int32Array(mask.reduce((sum, chosen) => sum + chosen, 0));
  let slot = 0;
  for (let position = 0; position < positions; position++) {
    const at = position * numExperts;
    for (let expert = 0; expert < numExperts; expert++) if (mask[at + expert] === 1) experts[slot++] = expert;
    starts[position + 1] = slot;
  }
  return { starts, experts };
}
