/** Prepares one corpus, as told by its argument, so that it can be killed. */
import { prepareHub } from "../../src/corpora/sources/hub.ts";
import { prepareOpus } from "../../src/corpora/sources/opus.ts";

export interface ChildTask {
  kind: "opus" | "hub";
  mirror: string;
  cache: string;
  output: string;
}

const { kind, output, ...places } = JSON.parse(process.argv[2]!) as ChildTask;
const options = { ...places, environment: {}, connections: 3, block: 1 << 16 };
const languages = ["en", "de"] as const;
await (kind === "opus"
  ? prepareOpus({ corpus: "Phrases", languages }, output, options)
  : prepareHub({ dataset: "org/x", languages }, output, options));
