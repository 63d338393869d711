/** Source of truth: sacreBLEU 2.6.0 on the newstest2021 systems (golden/generate.py; the text is read where it exists). */
import { describe } from "vitest";
import { readGolden, type WmtGolden } from "./golden.ts";
import { testComparison, testSystemScores } from "./system-scores.ts";
import { wmtLines, wmtNote, wmtPresent } from "./wmt.ts";

const golden = readGolden<WmtGolden>("wmt.json");

describe.skipIf(!wmtPresent)(`newstest2021${wmtNote}`, () => {
  testSystemScores(golden, wmtLines);
  const { pairedSystems: systems, pairedReference, paired } = golden;
  testComparison({ systems, refs: [pairedReference], paired }, wmtLines);
});
