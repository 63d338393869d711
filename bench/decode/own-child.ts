/** Our translator in a process of its own; it answers as bench/peers/decode.py does. */
import { createInterface } from "node:readline";
import type { BackendName, InferencePrecision } from "../../src/base/engine-names.ts";
import { formatError } from "../../src/base/errors.ts";
import { Translator } from "../../src/decoding/translator.ts";
import type { InferenceOptions } from "../../src/inference/open-model.ts";
import { loadTranslationModel } from "../../src/inference/open-model.ts";
import { readText } from "../corpus.ts";
import type { Run } from "./contender.ts";

/** What the process is started with, as JSON. */
export interface OwnProcess {
  model: string;
  textFile: string;
  targetLanguage: string;
  backend: BackendName;
  threads: number;
  precision: InferencePrecision;
  /** How much of the model's shortlist; without, the whole vocabulary. */
  shortlist: InferenceOptions["shortlist"];
}

async function main(how: OwnProcess): Promise<void> {
  const { backend, threads, precision, shortlist } = how;
  const loaded = await loadTranslationModel(how.model, { backend, threads, precision, shortlist });
  const { lines } = readText(how.textFile);
  const language = how.targetLanguage === "" ? {} : { targetLanguage: how.targetLanguage };

  const translate = async ({ beam, batch, every }: Run): Promise<[number, number[]][]> => {
    const translator = new Translator(loaded, { beamSize: beam, batchSize: batch, ...language }, () => {});
    const chosen = lines.filter((_, i) => i % every === 0);
    const found: [number, number[]][] = [];
    for await (const { hypotheses } of translator.translate(chosen)) {
      const pieces = hypotheses[0]?.pieces ?? [];
      found.push([found.length * every, pieces.map((piece) => loaded.wordpieces.idOf(piece))]);
    }
    return found;
  };

  answer({ ready: `gnmt-moe, ${loaded.engine.backend} ${loaded.engine.detail}` });
  let found: [number, number[]][] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Run | { outputs: true };
    if ("outputs" in request) {
      answer({ outputs: found });
    } else {
      found = await translate(request);
      answer({ done: true });
    }
  }
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

try {
  await main(JSON.parse(process.argv.at(-1)!) as OwnProcess);
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
}
