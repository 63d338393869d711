/**
 * Scores systems against a reference, and says which differ significantly from the first one:
 *
 *   npx tsx examples/score.ts REFERENCE SYSTEM [SYSTEM …]
 *
 * Files hold one sentence per line. Nothing but text is needed: `gnmt-moe/metrics` loads no model and no TensorFlow.js.
 */
import { readFileSync } from "node:fs";
import { BLEU, CHRF, defaultTokenizerFor, loadTokenizer, pairedTest, TER } from "gnmt-moe/metrics";

const [reference, ...systems] = process.argv.slice(2);
if (reference === undefined || systems.length === 0) {
  console.error("usage: score.ts REFERENCE SYSTEM [SYSTEM …]");
  process.exit(2);
}

function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").replace(/\n$/, "").split("\n");
}

// The tokenizer belongs to the target language: Chinese, Japanese and Korean have no spaces between words.
const language = process.env["TARGET_LANGUAGE"] ?? "de";
const tokenize = await loadTokenizer(defaultTokenizerFor(language));
const metrics = [new BLEU({ tokenize }), new CHRF(), new TER()];
const references = [linesOf(reference)];
const named = systems.map((name) => ({ name, hypotheses: linesOf(name) }));

for (const metric of metrics) {
  for (const { name, hypotheses } of named) {
    // The signature is what makes a score comparable: publish it.
    console.log(`${name}: ${metric.corpusScore(hypotheses, references).format({ width: 2, signature: "full" })}`);
  }
}

if (named.length > 1) {
  for (const { name, results } of pairedTest(named, metrics, references, { method: "bootstrap", samples: 1000 })) {
    results.slice(1).forEach(({ score, pValue = 1 }, i) => {
      const verdict = pValue < 0.05 ? "differs from" : "may equal";
      console.log(`${name} ${score.toFixed(2)}: ${systems[i + 1]} ${verdict} ${systems[0]} (p = ${pValue.toFixed(4)})`);
    });
  }
}
