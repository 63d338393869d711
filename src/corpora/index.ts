/** The public API of `gnmt-moe/corpora`: what a corpus recipe is made of (pairs, splits, downloads, files), and published test sets. */

export { type DownloadOptions, download } from "./fetch/download.ts";
export {
  type FoundSource,
  fetchSource,
  recordOf,
  type SourceFile,
  type SourceOptions,
  type SourceRecord,
} from "./fetch/source-file.ts";
export { preparePairs } from "./prepare-pairs.ts";
export {
  chosenPairs,
  type PreparedPair,
  type Recipe,
  type RecipeOptions,
  SPLITS,
  type Split,
} from "./recipe.ts";
export { type SplitShares, splitOf, splitPairs } from "./split.ts";
export { findTestSet, loadTestSet, type TestSetTexts } from "./test-sets/test-sets.ts";
export {
  alreadyPrepared,
  type CorpusIdentity,
  type TextPair,
  writeCorpus,
  writeLargeCorpus,
} from "./write-corpus.ts";
