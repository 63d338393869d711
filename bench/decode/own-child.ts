/** Our translator in a process of its own; it answers as bench/peers/decode.py does. */
import { createInterface } from "node:readline";
import type { BackendName, Precision } from "../../src/base/engine-names.ts";
import { Translator } from "../../src/decoding/translator.ts";
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
  precision: Precision;
}

const how = JSON.parse(process.argv.at(-1)!) as OwnProcess;
const { backend, threads, precision } = how;
const loaded = await loadTranslationModel(how.model, { backend, threads, precision });
const { lines } = readText(how.textFile);
let found: [number, number[]][] = [];

async function translate({ beam, batch, every }: Run): Promise<void> {
  const language = how.targetLanguage === "" ? {} : { targetLanguage: how.targetLanguage };
  const translator = new Translator(loaded, { beamSize: beam, batchSize: batch, ...language }, () => {});
  const chosen = lines.filter((_, i) => i % every === 0);
  found = [];
  for await (const { hypotheses } of translator.translateStream(chosen)) {
    const pieces = hypotheses[0]?.pieces ?? [];
    found.push([found.length * every, pieces.map((piece) => loaded.wordpieces.idOf(piece))]);
  }
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

answer({ ready: `gnmt-moe, ${loaded.engine.backend} ${loaded.engine.detail}` });
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Run | { outputs: true };
  if ("outputs" in request) {
    answer({ outputs: found });
  } else {
    await translate(request);
    answer({ done: true });
  }
}
