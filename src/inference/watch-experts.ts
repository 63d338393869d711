/** Runs sentences through a model and counts what its experts take, position by position. */
import { sentenceRows } from "../base/packed-layout.ts";
import { invertOrder, packSentences } from "../base/packed-sentences.ts";
import { Progress } from "../base/progress.ts";
import { lengthBatches } from "../decoding/lines/length-batches.ts";
import { translateDefaults } from "../decoding/translate-options.ts";
import type { GateDecision } from "../moe/gating.ts";
import type { MoeLayer } from "../moe/moe-layer.ts";
import type { ExpertReport } from "../report/expert-page.ts";
import { ExpertUsage } from "../report/expert-usage.ts";
import { type PositionText, positionTexts } from "../report/position-texts.ts";
import type { WordpieceModel } from "../text/wordpiece-model.ts";
import type { WatchedSentence } from "./expert-corpus.ts";

export interface WatchedModel {
  moeLayers: readonly MoeLayer[];
  wordpieces: WordpieceModel;
  /** One forward pass over the sentences, each layer called once, rows in the order of `packSentences`. */
  run(batch: readonly WatchedSentence[]): Promise<void>;
}

/** `parts`: how many parts of the corpus there are; `batchSize`: sentences run together, at most. */
export async function watchExperts(
  model: WatchedModel,
  sentences: readonly WatchedSentence[],
  { parts, batchSize }: { parts: number; batchSize: number },
): Promise<ExpertReport["layers"]> {
  const usages = model.moeLayers.map((layer) => {
    const side = layer.name.startsWith("encoder") ? "source" : "target";
    return { layer, side, usage: new ExpertUsage(layer.name, side, layer.balance.load.length, parts) } as const;
  });
  if (usages.length === 0) return [];
  for (const { layer } of usages) {
    layer.countsEvaluation = true;
    layer.balance.reset();
  }
  const progress = new Progress({ label: "experts", unit: "lines", total: sentences.length });
  const lengths = sentences.map(({ source, target }) => source.length + target.length + 1);
  let done = 0;
  for (const indices of lengthBatches(lengths, { sentences: batchSize, pieces: translateDefaults.batchTokens })) {
    const batch = Array.from(indices, (i) => sentences[i]!);
    for (const side of ["source", "target"] as const) {
      const watchers = usages.filter((each) => each.side === side);
      const rows = watchers.length === 0 ? [] : rowTexts(batch, side, model.wordpieces);
      for (const { layer, usage } of watchers) layer.observer = (decision) => count(usage, decision, rows);
    }
    await model.run(batch);
    done += batch.length;
    progress.update(done);
  }
  progress.end();
  return usages.map(({ layer, usage }) => {
    layer.observer = undefined;
    return { ...usage.summary(), balance: { ...layer.balance.report() } };
  });
}

/** What stands at a row of a packed batch, and the part it is of. */
interface RowText {
  part: number;
  text: PositionText;
}

/** [positions] in the order of the packed rows. On the target side a position is that of the piece read there, `<s>` first. */
function rowTexts(batch: readonly WatchedSentence[], side: "source" | "target", wordpieces: WordpieceModel): RowText[] {
  const read = batch.map(({ source, target }) =>
    side === "source" ? source : Int32Array.of(wordpieces.bosId, ...target),
  );
  const { layout, order } = packSentences(read);
  const { rows, offsets } = sentenceRows(layout, invertOrder(order));
  const result = new Array<RowText>(rows.length);
  read.forEach((ids, sentence) => {
    positionTexts(ids, wordpieces).forEach((text, t) => {
      result[rows[offsets[sentence]! + t]!] = { part: batch[sentence]!.part, text };
    });
  });
  return result;
}

function count(usage: ExpertUsage, { gates, experts, starts }: GateDecision, rows: readonly RowText[]): void {
  const weights = gates.dataSync();
  const perRow = experts.length / rows.length;
  rows.forEach(({ part, text }, row) => {
    const from = starts === undefined ? row * perRow : starts[row]!;
    const to = starts === undefined ? from + perRow : starts[row + 1]!;
    const slots = Array.from({ length: to - from }, (_, i) => from + i);
    usage.add(
      part,
      text,
      slots.map((slot) => ({ expert: experts[slot]!, gate: weights[slot]! })),
    );
  });
}
