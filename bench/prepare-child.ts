/** The process that `prepare` measures and kills. */
import { prepareCorpus } from "../src/data/shards/prepare.ts";
import { WordpieceModel } from "../src/text/wordpiece-model.ts";
import type { Preparation, PrepareMessage } from "./prepare-process.ts";

const { source, target, model, out, workers, near } = JSON.parse(process.argv[2]!) as Preparation;
const TELL_EVERY_MS = 20;

function tell(message: PrepareMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

let told = 0;
const started = performance.now();
const { pairs } = await prepareCorpus({
  pathSrc: source,
  pathTgt: target,
  srcLang: "en",
  tgtLang: "de",
  wordpieces: WordpieceModel.load(model),
  maxLengths: { source: 100, target: 100 },
  cleaning: { dropIdentical: true, ...(near > 0 && { nearDuplicateWindow: near }) },
  outDir: out,
  threads: workers,
  progress: (read) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    tell({ read });
  },
});
const { user, system } = process.cpuUsage();
tell({
  kept: pairs,
  seconds: (performance.now() - started) / 1000,
  cpuSeconds: (user + system) / 1e6,
  maxRss: process.resourceUsage().maxRSS * 1024,
});
