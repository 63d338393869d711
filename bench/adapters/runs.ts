/** The runs of `adapters`: a base, and for each domain and seed all weights and an adapter. Each has a folder named by its settings, so that none goes on with another's. */
import { join } from "node:path";
import type { ConfigInput } from "../../src/config/schema.ts";
import type { AdapterTexts, CorpusPaths } from "./texts.ts";

export interface RunOptions {
  work: string;
  "base-steps": number;
  hidden: number;
  vocab: number;
  "batch-size": number;
  pairs: number;
  steps: number;
  "learning-rate": number;
  rank: number;
  "adapter-learning-rate": number;
  threads: number;
}

/** Of a domain and a seed; the folders are their `save_model`. */
export interface DomainRuns {
  domain: CorpusPaths;
  seed: number;
  full: ConfigInput;
  adapter: ConfigInput;
}

/** The base has one seed: what is compared is what is trained from it. */
export function baseRun({ base }: AdapterTexts, options: RunOptions): ConfigInput {
  return {
    ...commonSettings(base, options, 1),
    ...{ save_model: join(options.work, "base"), vocab_size: options.vocab, src_seq_length: 80, tgt_seq_length: 80 },
    ...{ num_experts: 0, hidden_size: options.hidden, encoder_layers: 2, decoder_layers: 2, decoder_start: "bridge" },
    ...{ learning_rate: 0.002, warmup_steps: 200, train_steps: options["base-steps"] },
    ...{ valid_steps: 500, save_checkpoint_steps: 500 },
  };
}

export function domainRuns({ domains }: AdapterTexts, seeds: readonly number[], options: RunOptions): DomainRuns[] {
  const { work, steps, pairs, rank, "learning-rate": rate, "adapter-learning-rate": adapterRate } = options;
  const every = Math.max(1, Math.floor(steps / 6));
  const folder = (...parts: (string | number)[]) =>
    join(work, [...parts, `${steps}-steps`, ...(pairs === 0 ? [] : [`${pairs}-pairs`])].join("-"));
  return domains.flatMap((domain) =>
    seeds.map((seed) => {
      const settings = {
        ...commonSettings(domain, options, seed),
        ...{ train_from: join(work, "base"), warmup_steps: Math.min(30, steps), train_steps: steps },
        ...{ valid_steps: every, save_checkpoint_steps: 2 * every },
      };
      const name = `${domain.name}-seed-${seed}`;
      return {
        ...{ domain, seed },
        full: { ...settings, save_model: folder(name, "full", rate), learning_rate: rate },
        adapter: {
          ...settings,
          ...{ save_model: folder(name, "rank", rank, adapterRate), learning_rate: adapterRate },
          adapter: { rank },
        },
      };
    }),
  );
}

/** What all runs have in common: a corpus, and BLEU left to the end. */
function commonSettings(
  { train, valid, test, languages: [source, target] }: CorpusPaths,
  { threads, "batch-size": batch_size }: RunOptions,
  seed: number,
) {
  const files = (path: string) => ({
    ...{ path_src: `${path}.${source}`, path_tgt: `${path}.${target}`, src_lang: source, tgt_lang: target },
  });
  return {
    data: { train: files(train), valid: files(valid), test: files(test) },
    ...{ seed, threads, dropout: 0.1, label_smoothing: 0.1, precision: "auto", batch_type: "tokens", batch_size },
    ...{ decay_method: "cosine", valid_max_sentences: 0, valid_samples: 0, keep_checkpoint: 1 },
    ...{ best_checkpoint_metric: "perplexity", early_stopping_criteria: "perplexity" },
  } satisfies Partial<ConfigInput>;
}
