/** The option of `nmt translate` that lets the output choose from a model's shortlist. */
import { UsageError } from "../../../base/errors.ts";
import type { ShortlistLimits } from "../../../shortlist/shortlist.ts";

export interface ShortlistArguments {
  shortlist: number[] | undefined;
}

export const shortlistOptions = {
  shortlist: {
    type: "number",
    array: true,
    describe:
      "Choose from the model's shortlist (nmt shortlist); or its FIRST frequent pieces and BEST of a source piece",
  },
} as const;

/** `--shortlist`, `--shortlist FIRST` or `--shortlist FIRST BEST`; nothing without it. Throws UsageError for other numbers. */
export function shortlistOf({ shortlist: numbers }: ShortlistArguments): { shortlist?: ShortlistLimits } {
  if (numbers === undefined) return {};
  const [first, best] = numbers;
  if (numbers.length > 2 || numbers.some((number) => !Number.isInteger(number) || number < 0)) {
    throw new UsageError(`--shortlist is ${numbers.join(" ")}`, {
      nextStep: "Give no number, or whole numbers from 0 on: --shortlist FIRST BEST.",
    });
  }
  return { shortlist: { ...(first !== undefined && { first }), ...(best !== undefined && { best }) } };
}
