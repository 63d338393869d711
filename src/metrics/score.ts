/** One score: its name, its value, the signature it was computed under, and how it is printed. */
import { formatFixed, formatFloat } from "./number-format.ts";
import { type Signature, valueText } from "./signature.ts";

/** Mean of the resampled scores and half the width of their middle 95 %. */
export interface Confidence {
  /** Percent. */
  mean: number;
  /** Percentage points. */
  halfWidth: number;
}

/** How a score is printed. */
export interface ScoreFormat {
  /** Decimals; default 2. */
  width?: number;
  /** Only the number (and its confidence). Default false. */
  scoreOnly?: boolean;
  /** Puts the signature after the name: in full, or with one-letter keys. Default `none`. */
  signature?: "none" | "full" | "short";
}

/** A score in percent, and what it was computed under. */
export class Score {
  /** The metric's name, `chrF2++`. */
  readonly name: string;
  /** Percent, not rounded. */
  readonly score: number;
  /** 95 % interval; undefined where none was asked for. */
  readonly confidence: Confidence | undefined;
  /** Every choice that it depends on. */
  readonly signedBy: Signature;

  constructor(name: string, score: number, signedBy: Signature, confidence?: Confidence) {
    this.name = name;
    this.score = score;
    this.signedBy = signedBy;
    this.confidence = confidence;
  }

  /** The full signature, `nrefs:1|case:mixed|…|version:…`. */
  get signature(): string {
    return this.signedBy.format();
  }

  /** What the metric has to say besides its number; empty for most. */
  get details(): string {
    return "";
  }

  /** `BLEU = 37.20 66.9/… (BP = …)` */
  format({ width = 2, scoreOnly = false, signature = "none" }: ScoreFormat = {}): string {
    const confidence = this.confidenceText(width);
    const value = `${formatFixed(this.score, width)}${confidence === undefined ? "" : ` (${confidence})`}`;
    if (scoreOnly) return value;
    const signed = signature === "none" ? "" : `|${this.signedBy.format({ short: signature === "short" })}`;
    return `${this.name}${signed} = ${value}${this.details === "" ? "" : ` ${this.details}`}`;
  }

  /** The JSON object sacreBLEU prints for a score, its numbers rounded to `width` decimals. */
  formatJson(width = 2): string {
    const rounded = (value: number) => formatFloat(Number(formatFixed(value, width)));
    const lines: [string, string][] = [
      ["name", JSON.stringify(this.name)],
      ["score", rounded(this.score)],
      ["signature", JSON.stringify(this.signature)],
    ];
    const confidence = this.confidenceText(width);
    if (this.confidence !== undefined && confidence !== undefined) {
      lines.push(["confidence_mean", rounded(this.confidence.mean)]);
      lines.push(["confidence_var", rounded(this.confidence.halfWidth)]);
      lines.push(["confidence", JSON.stringify(confidence)]);
    }
    if (this.details !== "") lines.push(["verbose_score", JSON.stringify(this.details)]);
    for (const item of this.signedBy.items) lines.push([item.key, JSON.stringify(valueText(item.value))]);
    return `{\n${lines.map(([key, value]) => ` "${key}": ${value}`).join(",\n")}\n}`;
  }

  /** As `format` with its defaults. */
  toString(): string {
    return this.format();
  }

  /** A mean of zero prints nothing, as in sacreBLEU. */
  private confidenceText(width: number): string | undefined {
    if (this.confidence === undefined || !(this.confidence.mean > 0)) return undefined;
    return `μ = ${formatFixed(this.confidence.mean, width)} ± ${formatFixed(this.confidence.halfWidth, width)}`;
  }
}
