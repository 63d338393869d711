/** Signatures (Post 2018, "A Call for Clarity in Reporting BLEU Scores"): every choice a score depends on, in one line. */

/**
 * The sacreBLEU release whose numbers this code equals. It is printed as `version:` so that a score can be compared
 * with scores published under the same signature.
 */
const SACREBLEU_VERSION = "2.6.0";

export interface SignatureItem {
  key: string;
  /** Key in short signatures. */
  short: string;
  value: string | number | boolean;
}

/** How many references each segment has; "var" when segments differ. */
export type ReferenceCount = number | "var";

/** Resamples of a confidence interval (`bs`) or trials of a randomization test (`ar`), and the seed they used. */
export interface Resampling {
  bs?: number;
  ar?: number;
  seed: number;
}

export class Signature {
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

export function valueText(value: SignatureItem["value"]): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}
