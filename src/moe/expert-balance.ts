/** How evenly a layer's experts were used: sums over batches, read by the progress line and the log. */
import { coefficientOfVariation } from "./balance-loss.ts";
import type { GateDecision } from "./gating.ts";

/** How even routing was since the last reset. */
export interface BalanceReport {
  /** Coefficient of variation of the summed gate weights per expert. */
  importanceVariation: number;
  /** Coefficient of variation of the number of positions per expert. */
  loadVariation: number;
  /** Busiest expert's positions over the mean. */
  maximumLoad: number;
  /** Mean entropy of a position's gates, nats; 0 where one expert has all the weight. */
  gateEntropy: number;
  /** Share of experts that took no position. */
  deadShare: number;
  /** Of the choices that routing in training or in inference makes, the share that both do; 1 where they never differ. */
  choiceAgreement?: number;
}

/** Sums of one layer's decisions. */
export class ExpertBalance {
  /** [experts] summed gate weights */
  readonly importance: Float64Array;
  /** [experts] positions */
  readonly load: Float64Array;
  private positions = 0;
  private readonly choices = { both: 0, either: 0 };
  /** Nats, summed over positions */
  private entropy = 0;

  constructor(numExperts: number) {
    this.importance = new Float64Array(numExperts);
    this.load = new Float64Array(numExperts);
  }

  /** gates: those of the decision, read */
  count(
    gates: ArrayLike<number>,
    { experts, agreement }: Pick<GateDecision, "experts" | "agreement">,
    positions: number,
  ): void {
    this.positions += positions;
    this.choices.both += agreement?.both ?? 0;
    this.choices.either += agreement?.either ?? 0;
    for (let i = 0; i < experts.length; i++) {
      const gate = gates[i]!;
      this.importance[experts[i]!]! += gate;
      if (!(gate > 0)) continue;
      this.load[experts[i]!]!++;
      this.entropy -= gate * Math.log(gate);
    }
  }

  /** Replaces what was counted by sums, such as over the ranks of a job. */
  sumOver(sum: (own: Float64Array) => Float64Array): void {
    const { importance, load, choices } = this;
    const experts = load.length;
    const own = new Float64Array(2 * experts + 4);
    own.set(importance);
    own.set(load, experts);
    own.set([this.positions, this.entropy, choices.both, choices.either], 2 * experts);
    const all = sum(own);
    importance.set(all.subarray(0, experts));
    load.set(all.subarray(experts, 2 * experts));
    const [positions, entropy, both, either] = all.subarray(2 * experts) as unknown as [number, number, number, number];
    Object.assign(this, { positions, entropy });
    Object.assign(choices, { both, either });
  }

  /** Figures of all batches since the last reset. */
  report(): BalanceReport {
    const total = this.load.reduce((sum, value) => sum + value, 0);
    const mean = total / this.load.length;
    return {
      importanceVariation: coefficientOfVariation(this.importance),
      loadVariation: coefficientOfVariation(this.load),
      maximumLoad: mean === 0 ? 0 : this.load.reduce((a, b) => Math.max(a, b), 0) / mean,
      gateEntropy: this.positions === 0 ? 0 : this.entropy / this.positions,
      deadShare: this.load.filter((value) => value === 0).length / this.load.length,
      ...(this.choices.either === 0 ? {} : { choiceAgreement: this.choices.both / this.choices.either }),
    };
  }

  /** Forgets them. */
  reset(): void {
    this.importance.fill(0);
    this.load.fill(0);
    this.positions = this.entropy = this.choices.both = this.choices.either = 0;
  }
}
