/**
 * Test sets by name: those of sacreBLEU 2.6 under its names, and `iwslt14`, `flores200` and `ntrex128`, which it lacks. The last two are the customary
 * test set of that campaign and sets of one text in many languages.
 */
import { FLORES_200 } from "./flores-200.ts";
import { NTREX_128 } from "./ntrex-128.ts";
import { OTHER_SETS } from "./other-sets.ts";
import { SPOKEN_SETS } from "./spoken-sets.ts";
import type { TestSet } from "./test-set.ts";
import { EARLY_WMT } from "./wmt-early.ts";
import { LATE_WMT } from "./wmt-late.ts";

export const TEST_SETS: readonly TestSet[] = [
  ...EARLY_WMT,
  ...LATE_WMT,
  ...SPOKEN_SETS,
  ...OTHER_SETS,
  ...FLORES_200,
  NTREX_128,
];
