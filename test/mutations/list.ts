/** All mutations, by concept. */
import { alignmentMutations } from "./list/alignment.ts";
import { checkpointMutations } from "./list/checkpoint.ts";
import { cleaningMutations } from "./list/cleaning.ts";
import { clusterMutations } from "./list/cluster.ts";
import { configMutations } from "./list/config.ts";
import { dataMutations } from "./list/data.ts";
import { decodingMutations } from "./list/decoding.ts";
import { decodingRuleMutations } from "./list/decoding-rules.ts";
import { documentMutations } from "./list/documents.ts";
import { engineMutations } from "./list/engine.ts";
import { finetuningMutations } from "./list/finetuning.ts";
import { glossaryMutations } from "./list/glossaries.ts";
import { importMutations } from "./list/imports.ts";
import { inspectionMutations } from "./list/inspection.ts";
import { metricsMutations } from "./list/metrics.ts";
import { modelMutations } from "./list/model.ts";
import { moeMutations } from "./list/moe.ts";
import { nativeMutations } from "./list/native.ts";
import { optimizerMutations } from "./list/optimizer.ts";
import { parallelMutations } from "./list/parallel.ts";
import { pruningMutations } from "./list/pruning.ts";
import { reportMutations } from "./list/report.ts";
import { rerankingMutations } from "./list/reranking.ts";
import { segmentMutations } from "./list/segments.ts";
import { serverDocumentMutations } from "./list/server-documents.ts";
import { servingMutations } from "./list/serving.ts";
import { shortlistMutations } from "./list/shortlist.ts";
import { sourceMutations } from "./list/sources.ts";
import { textMutations } from "./list/text.ts";
import { trainingMutations } from "./list/training.ts";
import { transferMutations } from "./list/transfer.ts";
import { webMutations } from "./list/web.ts";
import { wordMutations } from "./list/words.ts";
import type { Mutation } from "./mutation.ts";

const concepts: Readonly<Record<string, readonly Mutation[]>> = {
  training: trainingMutations,
  transfer: transferMutations,
  finetuning: finetuningMutations,
  optimizer: optimizerMutations,
  model: modelMutations,
  moe: moeMutations,
  decoding: [...decodingMutations, ...decodingRuleMutations],
  words: wordMutations,
  inspection: inspectionMutations,
  web: webMutations,
  reranking: rerankingMutations,
  engine: engineMutations,
  serving: servingMutations,
  shortlist: shortlistMutations,
  pruning: pruningMutations,
  sources: sourceMutations,
  alignment: alignmentMutations,
  metrics: metricsMutations,
  text: textMutations,
  segments: segmentMutations,
  glossaries: glossaryMutations,
  data: [...dataMutations, ...cleaningMutations],
  imports: importMutations,
  documents: [...documentMutations, ...serverDocumentMutations],
  checkpoint: checkpointMutations,
  parallel: parallelMutations,
  config: configMutations,
  report: reportMutations,
  native: nativeMutations,
  cluster: clusterMutations,
};

/** Each called after its concept and itself, such as "optimizer: no clipping". */
export function namedMutations(): Mutation[] {
  return Object.entries(concepts).flatMap(([concept, mutations]) =>
    mutations.map((mutation) => ({ ...mutation, name: `${concept}: ${mutation.name}` })),
  );
}
