/** How far the choices of noisy gates are those that inference, without noise, would make. */
import type { ChoiceAgreement } from "./gating.ts";

/** noisy, clean: [rows · k] the experts of each row. */
export function choiceAgreement(noisy: Int32Array, clean: Int32Array, k: number): ChoiceAgreement {
  let both = 0;
  for (let slot = 0; slot < noisy.length; slot++) if (isInRow(noisy[slot]!, slotRow(slot, k), clean, k)) both++;
  return agreementOf(both, noisy.length);
}

/** The choices of one level of a hierarchy. */
export interface LevelChoices {
  /** [rows · k] */
  noisy: Int32Array;
  clean: Int32Array;
  k: number;
}

/**
 * The same of a hierarchy. A (position, group) pair that only inference has counts as k choices that differ.
 * @param rows [positions · groups used] the secondary row of each pair
 */
export function hierarchicalAgreement(
  primary: LevelChoices,
  secondary: LevelChoices,
  rows: Int32Array,
): ChoiceAgreement {
  let both = 0;
  rows.forEach((row, pair) => {
    if (!isInRow(primary.noisy[pair]!, slotRow(pair, primary.k), primary.clean, primary.k)) return;
    for (let slot = row * secondary.k; slot < (row + 1) * secondary.k; slot++) {
      if (isInRow(secondary.noisy[slot]!, row, secondary.clean, secondary.k)) both++;
    }
  });
  return agreementOf(both, secondary.noisy.length);
}

/** Training and inference make equally many choices. */
function agreementOf(both: number, each: number): ChoiceAgreement {
  return { both, either: 2 * each - both };
}

function slotRow(slot: number, k: number): number {
  return Math.floor(slot / k);
}

function isInRow(choice: number, row: number, choices: Int32Array, k: number): boolean {
  for (let slot = row * k; slot < (row + 1) * k; slot++) if (choices[slot] === choice) return true;
  return false;
}
