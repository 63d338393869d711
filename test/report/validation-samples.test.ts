/** Source of truth: what was written comes back, whatever the sentences look like. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readSamples, sampledSteps, writeSamples } from "../../src/report/validation-samples.ts";

it("samples come back, even those that look like the file's own marks", () => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-samples-"));
  const corpora = [
    {
      name: "valid_de",
      samples: [
        { source: "Good morning", translation: "Guten Morgen", reference: "Guten Tag" },
        { source: "# heading", translation: "= gleich", reference: "→ Pfeil" },
        { source: "", translation: "", reference: "" },
      ],
    },
    { name: "none", samples: [] },
    { name: "valid_fr", samples: [{ source: "→ a", translation: "→ b", reference: "c" }] },
  ];
  try {
    expect(sampledSteps(folder)).toEqual([]);
    for (const step of [1000, 200]) writeSamples(folder, step, corpora);
    expect(sampledSteps(folder)).toEqual([200, 1000]);
    expect(readSamples(folder, 200)).toEqual(corpora);
    const text = readFileSync(join(folder, "validation", "step-200.txt"), "utf8");
    expect(text.startsWith("# valid_de\n\nGood morning\n→ Guten Morgen\n= Guten Tag\n\n")).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
