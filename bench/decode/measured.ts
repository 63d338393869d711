/** What rounds have measured, and the table's rows: rates, ours over theirs, and how many translations are ours. */
import { type Row, rounded } from "../figures.ts";
import { median } from "../measure.ts";
import { type Output, type Setting, settingName } from "./contender.ts";

export interface Measured {
  name: string;
  version: string;
  precision: string;
  beam: number;
  setting: Setting;
  batch: number;
  readySeconds: number;
  /** [rounds] */
  seconds: readonly number[];
  /** By index of the sentence. */
  outputs: ReadonlyMap<number, Output>;
}

/**
 * Rows in the order given. Each is held against ours of the same beam and precision, or our first where there is none; ours of further
 * precisions against our first. A ratio above 1 says that ours is faster, in words a second, by the median over the rounds.
 */
export function measuredRows(all: readonly Measured[]): Row[] {
  return all.map((each) => {
    const ours = all.filter(({ name, beam }) => name === "ours" && beam === each.beam);
    const alike = each.name === "ours" ? undefined : ours.find(({ precision }) => precision === each.precision);
    const base = alike ?? ours[0];
    return row(each, base === each ? undefined : base);
  });
}

function row(each: Measured, ours: Measured | undefined): Row {
  const seconds = median(each.seconds);
  const outputs = [...each.outputs.values()];
  const pieces = outputs.every((output) => output.pieces !== undefined)
    ? outputs.reduce((sum, output) => sum + output.pieces!.length, 0)
    : undefined;
  return {
    who: each.name,
    precision: each.precision,
    search: each.beam === 1 ? "greedy" : `beam ${each.beam}`,
    setting: `${settingName(each.setting)}, batch ${each.batch}`,
    sentences_s: rounded(outputs.length / seconds),
    words_s: Math.round(words(each) / seconds),
    pieces_s: pieces === undefined ? undefined : Math.round(pieces / seconds),
    ours_over: ours === undefined ? undefined : rounded(ratio(ours, each), 2),
    equal_percent: ours === undefined || pieces === undefined ? undefined : rounded(equalPercent(ours, each)),
    ready_s: rounded(each.readySeconds, 2),
  };
}

function ratio(ours: Measured, theirs: Measured): number {
  const paired = ours.seconds.map((seconds, round) => theirs.seconds[round]! / seconds);
  return (median(paired) * words(ours)) / Math.max(1, words(theirs));
}

/** Words of all translations; of translations in pieces, those that begin a word. */
function words({ outputs }: Measured): number {
  let sum = 0;
  for (const { text } of outputs.values()) {
    sum += text.includes("▁") ? text.split("▁").length - 1 : (text.match(/\S+/g)?.length ?? 0);
  }
  return sum;
}

function equalPercent(ours: Measured, theirs: Measured): number {
  const equal = [...theirs.outputs].filter(
    ([index, { pieces }]) => String(pieces) === String(ours.outputs.get(index)?.pieces),
  );
  return (100 * equal.length) / theirs.outputs.size;
}
