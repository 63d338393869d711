/** The figures that tell how evenly experts are used: their names on pages, in TensorBoard and on the terminal. */
import { isObject, type JsonValue } from "./run-log.ts";

export interface BalanceFigure {
  /** Key in a balance report and in the log. */
  key: string;
  title: string;
  /** Last part of a TensorBoard tag. */
  tag: string;
  /** What it means, and which value says what. */
  meaning: string;
  isShare?: boolean;
  /** Only some gates have it: left out where no report does. */
  optional?: boolean;
}

export const balanceFigures: readonly BalanceFigure[] = [
  {
    key: "importanceVariation",
    title: "CV of importance",
    tag: "importance_cv",
    meaning: "Standard deviation over mean of the summed gate weights of the experts; 0 is even.",
  },
  {
    key: "loadVariation",
    title: "CV of load",
    tag: "load_cv",
    meaning: "Standard deviation over mean of the number of positions of the experts; 0 is even.",
  },
  {
    key: "maximumLoad",
    title: "Busiest expert over mean",
    tag: "max_over_mean_load",
    meaning: "Positions of the busiest expert over the mean; 1 is even.",
  },
  {
    key: "gateEntropy",
    title: "Gate entropy",
    tag: "gate_entropy",
    meaning: "Mean entropy of a position's gate weights, in nats; 0 where one expert has all the weight.",
  },
  {
    key: "deadShare",
    title: "Dead experts",
    tag: "dead_share",
    meaning: "Share of the experts that took no position at all.",
    isShare: true,
  },
  {
    key: "choiceAgreement",
    title: "Agreement of choices",
    tag: "choice_agreement",
    meaning:
      "Of the choices that training makes (with noise, or strictly balanced) or that inference would make, the share that both make; 100 % is equal.",
    isShare: true,
    optional: true,
  },
];

/** A balance report's known figures, in the order above; those it lacks are left out. */
export function figuresOf(report: JsonValue | undefined): { figure: BalanceFigure; value: number }[] {
  if (!isObject(report)) return [];
  return balanceFigures.flatMap((figure) => {
    const value = report[figure.key];
    return typeof value === "number" ? [{ figure, value }] : [];
  });
}
