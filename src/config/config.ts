/** The resolved configuration the program works with: every default filled in, keys in camelCase. */
import type { Criterion, Task } from "./choices.ts";
import { type ConfigKey, type CorpusSettings, configKeys, corpusKeys, type Settings } from "./schema.ts";

type CamelCase<Key> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Key;
type CamelKeys<T> = { [Key in keyof T as CamelCase<Key>]: T[Key] };

/** Keys that `resolve` gives another type, or a value that depends on other keys. */
interface Resolved {
  task: Task;
  data: Record<string, CorpusSettings>;
  lstm_cell_size: number;
  embedding_size: number;
  target_tags: boolean;
  moe_dropout: number;
  importance_loss_weight: number;
  load_loss_weight: number;
  label_smoothing: number;
  early_stopping_criteria: Criterion;
  best_checkpoint_metric: Criterion;
}

/** Settings after `resolve`: defaults that depend on other keys are filled in, and `data` has one corpus per name. */
export type ResolvedSettings = Omit<Settings, keyof Resolved> & Resolved;

/** One corpus: `pathSrc`, `pathTgt` (absent for a language model), `weight`, `srcLang`, `tgtLang`. */
export type CorpusConfig = CamelKeys<CorpusSettings>;

/** A checked, complete configuration: `config.hiddenSize` is the file's `hidden_size`. */
export type Config = CamelKeys<Omit<ResolvedSettings, "data">> & {
  /** By corpus name; see `corpora.ts` for which ones train, validate and test. */
  data: Record<string, CorpusConfig>;
};

export function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const toCamel = (key: string) => camelCase(key);
const toSnake = (() => {
  const snake = new Map([...configKeys, ...corpusKeys].map((key) => [camelCase(key), key as string]));
  return (key: string) => snake.get(key) ?? key;
})();

/** Keys as the program uses them. Corpus names are left as they are. */
export function fromSettings(settings: ResolvedSettings): Config {
  return renameKeys(settings, toCamel) as unknown as Config;
}

/** Keys as the file writes them, in the order of the schema. */
export function toSettings(config: Config): ResolvedSettings {
  const settings = renameKeys(config, toSnake) as unknown as ResolvedSettings;
  const order = (key: string) => configKeys.indexOf(key as ConfigKey);
  const ordered = Object.entries(settings).sort(([a], [b]) => order(a) - order(b));
  return Object.fromEntries(ordered) as unknown as ResolvedSettings;
}

function renameKeys(config: object, rename: (key: string) => string): Record<string, unknown> {
  const renamed = (entries: object) =>
    Object.fromEntries(
      Object.entries(entries)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [rename(key), value]),
    );
  const result = renamed(config);
  const data = Object.entries(result["data"] as Record<string, object>);
  result["data"] = Object.fromEntries(data.map(([name, corpus]) => [name, renamed(corpus)]));
  return result;
}
