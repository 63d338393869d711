/** Signatures (Post 2018, "A Call for Clarity in Reporting BLEU Scores"): every choice a score depends on, in one line. */

/**
 * The sacreBLEU release whose numbers this code equals. It is printed as `version:` so that a score can be compared
 * with scores published under the same signature.
 */
const SACREBLEU_VERSION = "2.6.0";

/** One `key:value` of a signature. */
export interface SignatureItem {
  /** Key in full signatures. */
  key: string;
  /** Key in short signatures. */
  short: string;
  /** True and false are written `yes` and `no`. */
  value: string | number | boolean;
}

/** How many references each segment has; "var" when segments differ. */
export type ReferenceCount = number | "var";

/** Resamples of a confidence interval (`bs`) or trials of a randomization test (`ar`), and the seed they used. */
export interface Resampling {
  /** Bootstrap resamples. */
  bs?: number;
  /** Trials of approximate randomization. */
  ar?: number;
  /** Of both. */
  seed: number;
}

/** Every choice that a score depends on, as sacreBLEU writes it (Post 2018). */
export class Signature {
  /** In the order they are written. */
  readonly items: readonly SignatureItem[];

  /** `metricItems` in the metric's own order. */
  constructor(metricItems: readonly SignatureItem[], references: ReferenceCount, resampling?: Resampling) {
    const items: SignatureItem[] = [{ key: "nrefs", short: "#", value: references }];
    if (resampling?.bs !== undefined) items.push({ key: "bs", short: "bs", value: resampling.bs });
    if (resampling?.ar !== undefined) items.push({ key: "ar", short: "ar", value: resampling.ar });
    if (resampling !== undefined) items.push({ key: "seed", short: "rs", value: resampling.seed });
    items.push(...metricItems, { key: "version", short: "v", value: SACREBLEU_VERSION });
    this.items = items;
  }

  /** `nrefs:1|case:mixed|…`, or with `short` `#:1|c:mixed|…`. */
  format({ short = false }: { short?: boolean } = {}): string {
    return this.items.map((item) => `${short ? item.short : item.key}:${valueText(item.value)}`).join("|");
  }
}

/** A value as signatures have it. */
export function valueText(value: SignatureItem["value"]): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
