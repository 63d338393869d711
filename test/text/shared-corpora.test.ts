/** Source of truth: SentencePiece (npm sentencepiece-js), on real text of many languages where it lies beside the repository. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { trainWordpieces } from "../../src/text/wordpiece-trainer.ts";
import { disagreements } from "./disagreements.ts";
import { sentencePiece } from "./sentence-piece.ts";

const corpora = resolve(import.meta.dirname, "../../../shared/data");
const isCi = process.env["CI"] !== undefined;
const available = !isCi && existsSync(corpora);
if (!available) console.warn(`skipped: real corpora (${isCi ? "CI is set" : `no folder ${corpora}`})`);

it.skipIf(!available)("encodes real corpora like SentencePiece", async () => {
  const files = readdirSync(corpora, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".gz"));
  expect(files.length).toBeGreaterThan(20);
  const texts = files.map((file) =>
    gunzipSync(readFileSync(join(corpora, file)))
      .toString("utf8")
      .split("\n"),
  );
  const every = (lines: string[], count: number) => {
    const step = Math.max(1, Math.floor(lines.length / count));
    return lines.filter((_, i) => i % step === 0);
  };
  const model = trainWordpieces(
    texts.flatMap((lines) => every(lines, 500)),
    {
      vocabSize: 8000,
      characterCoverage: 0.9995,
      userDefinedSymbols: ["<2de>", "<2ja>"],
    },
  );
  const reference = await sentencePiece(model.toBytes());
  for (const [i, lines] of texts.entries()) {
    expect(disagreements(model, reference, every(lines, 120)), files[i]).toEqual([]);
  }
});
