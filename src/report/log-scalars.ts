/** The scalars of a log entry, by TensorBoard tag. */
import { figuresOf } from "./balance-figures.ts";
import type { Scalar } from "./event-message.ts";
import { isObject, type LogEntry, namedCorpora } from "./run-log.ts";

const trainTags: Readonly<Record<string, string>> = {
  loss: "train/loss",
  perplexity: "train/perplexity",
  balanceLoss: "train/balance_loss",
  alignmentLoss: "train/alignment_loss",
  learningRate: "train/learning_rate",
  gradientNorm: "train/gradient_norm",
  targetTokensPerSecond: "speed/target_tokens_per_second",
  sourceTokensPerSecond: "speed/source_tokens_per_second",
  dataWait: "speed/data_wait",
};
/** The same of figures on what ranks exchange. */
const communicationTags: Readonly<Record<string, string>> = {
  share: "speed/communication",
  hidden: "speed/communication_hidden",
};

/** Of `train` and `validation` entries; none of others. */
export function logScalars(entry: LogEntry): Scalar[] {
  if (entry.event === "train") return trainScalars(entry);
  if (entry.event === "validation") return validationScalars(entry);
  return [];
}

function trainScalars(entry: LogEntry): Scalar[] {
  const scalars = Object.entries(trainTags).flatMap(([key, tag]) => scalar(tag, entry[key]));
  const { communication } = entry as { communication?: unknown };
  if (isObject(communication)) {
    for (const [key, tag] of Object.entries(communicationTags)) scalars.push(...scalar(tag, communication[key]));
  }
  const layers = isObject(entry["experts"]) ? entry["experts"] : {};
  for (const [layer, report] of Object.entries(layers)) {
    for (const { figure, value } of figuresOf(report)) {
      scalars.push({ tag: `experts/${layer}/${figure.tag}`, value });
    }
  }
  return scalars;
}

/** Over all corpora, and for each where there are several. */
function validationScalars(entry: LogEntry): Scalar[] {
  const both = (prefix: string, of: { readonly [key: string]: unknown }) => [
    ...scalar(`${prefix}/perplexity`, of["perplexity"]),
    ...scalar(`${prefix}/word_perplexity`, of["wordPerplexity"]),
    ...scalar(`${prefix}/bleu`, of["bleu"]),
  ];
  const scalars = both("validation", entry);
  const corpora = namedCorpora(entry);
  if (corpora.length < 2) return scalars;
  return scalars.concat(corpora.flatMap((corpus) => both(`validation/${corpus.name}`, corpus)));
}

function scalar(tag: string, value: unknown): Scalar[] {
  return typeof value === "number" ? [{ tag, value }] : [];
}
