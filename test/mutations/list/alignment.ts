/** Mistakes in word alignments: in learning them, in storing them, and in training by them. */
import type { Mutation } from "../mutation.ts";

const learnt = ["test/alignment"];
const trellis = { file: "native/src/alignment/trellis.cc", tests: ["test/alignment/hmm.test.ts"] };
const hmm = { file: "native/src/alignment/hmm.cc", tests: ["test/alignment/hmm.test.ts"] };
const symmetry = { file: "src/alignment/symmetrize.ts", tests: learnt };
const pieces = { file: "src/alignment/align-pieces.ts", tests: learnt };
const texts = { file: "src/alignment/text-aligner.ts", tests: learnt };
const stored = ["test/data/shards", "test/training/guided-alignment.test.ts"];
const given = { file: "src/data/shards/given-links.ts", tests: stored };
const links = { file: "src/data/shards/links.ts", tests: stored };
const batch = { file: "src/data/batches/batch.ts", tests: ["test/data/batches", "test/model/definition.test.ts"] };
const kernel = { file: "native/src/attention/attention_kernels.cc", tests: ["test/ops/guided-attention.test.ts"] };
const binding = { file: "native/src/attention/attention_binding.cc", tests: ["test/ops/guided-attention.test.ts"] };
const op = { file: "src/ops/guided-attention.ts", tests: ["test/ops/guided-attention.test.ts"] };
const decoder = { file: "src/model/decoder.ts", tests: ["test/model/definition.test.ts"] };
const guided = { file: "src/training/guided-alignment.ts", tests: ["test/training/guided-alignment.test.ts"] };
const step = { file: "src/training/train-step.ts", tests: ["test/training/guided-alignment.test.ts"] };
const command = { file: "src/cli/commands/align.ts", tests: ["test/cli/commands/align.test.ts"] };
const forced = { file: "src/decoding/forced-attention.ts", tests: ["test/decoding/forced-attention.test.ts"] };

export const alignmentMutations: readonly Mutation[] = [
  {
    ...trellis,
    name: "the empty word goes back to the start",
    find: "null[k] = before[k] * stay * emission[0];",
    replace: "null[k] = k == 0 ? stay * emission[0] : 0.0f;",
  },
  {
    ...trellis,
    name: "jumps are not normalised by where they may lead",
    find: "inverse[place] = sum > 0 ? 1 / sum : 0;",
    replace: "inverse[place] = 1;",
  },
  {
    ...trellis,
    name: "jumps of the backward pass go the other way",
    find: "float* moves = moves_.data() + places_ - i;",
    replace: "float* moves = moves_.data() + i;",
  },
  {
    ...trellis,
    name: "the empty word is not counted in posteriors",
    find: "posterior[0] = of_null;",
    replace: "posterior[0] = 0 * of_null;",
  },
  {
    ...trellis,
    name: "staying is forgotten on the way back",
    find: " + stay * emission[0] * scales_[t] * backward_[i];",
    replace: ";",
  },
  {
    ...trellis,
    name: "what has no entry is impossible",
    find: "if (at == end || *at != generated) return kSmallest;",
    replace: "if (at == end || *at != generated) return 1e-30f;",
  },
  {
    ...trellis,
    name: "further jumps than the longest are left out",
    find: "return std::clamp(jump, -kLongestJump, kLongestJump) + kLongestJump;",
    replace: "return (jump < -kLongestJump || jump > kLongestJump ? 0 : jump) + kLongestJump;",
  },
  {
    ...hmm,
    name: "posteriors of another sentence are counted",
    find: "posteriors_.data() + block.offsets[n - block.first] + place->column;",
    replace: "posteriors_.data() + block.offsets[(n - block.first) / 2] + place->column;",
  },
  {
    ...hmm,
    name: "jumps that were never seen are impossible",
    find: "static_cast<float>(jump_counts_[j] + 1);",
    replace: "static_cast<float>(jump_counts_[j] + 1e-9);",
  },
  {
    ...hmm,
    name: "links count the empty word as a place",
    find: "std::max_element(row, row + places + 1) - row) - 1;",
    replace: "std::max_element(row, row + places + 1) - row);",
  },
  {
    ...hmm,
    name: "</s> is linked too",
    find: "own[steps] = -1;",
    replace: "own[steps] = 0;",
  },
  {
    ...symmetry,
    name: "growing ends after one pass",
    find: "          grows = true;\n",
    replace: "",
  },
  {
    ...symmetry,
    name: "growing joins places that both have links",
    find: "if (this.ofSource[s]! + this.ofTarget[t]! === 2) continue;",
    replace: "",
  },
  {
    ...symmetry,
    name: "final wants both ends free",
    find: "linked < (bothFree ? 1 : 2)",
    replace: "linked < 1",
  },
  {
    ...symmetry,
    name: "no growing along diagonals",
    find: "  [-1, -1],\n  [-1, 1],\n  [1, -1],\n  [1, 1],\n",
    replace: "",
  },
  {
    ...pieces,
    name: "links are not moved by the tag",
    find: "({ source }) => first + source",
    replace: "({ source }) => source",
  },
  {
    ...pieces,
    name: "links are in the order of source positions",
    find: "a.target - b.target || a.source - b.source",
    replace: "a.source - b.source || a.target - b.target",
  },
  {
    ...texts,
    name: "pairs of too many pieces are aligned",
    find: "return pieces > 0 && pieces <= MOST_PIECES;",
    replace: "return pieces > 0;",
  },
  {
    ...texts,
    name: "pairs with a blank side take another pair's links",
    find: "if (!lengths[n]!.can) return lengths[n]!.isLong ? undefined : [];",
    replace: "if (lengths[n]!.isLong) return undefined;",
  },
  {
    ...given,
    name: "a word's links are those of its first piece",
    find: "      if (!sharesLink(aligned, sources, s, targets, t)) continue;\n",
    replace:
      "      if (!sharesLink(aligned, sources, s, targets, t)) continue;\n      if (s > 0 && sources.first[s] === sources.first[s - 1]) continue;\n",
  },
  {
    ...given,
    name: "alignments are taken in the order of the pairs that are left",
    find: "const alignment = await this.alignments.line(line!);",
    replace: "const alignment = await this.alignments.line(Math.max(1, line! - 1));",
  },
  {
    ...given,
    name: "links of words that are not there are taken",
    find: "if (link.source < sources.words && link.target < targets.words) continue;",
    replace: "if (link.source >= 0) continue;",
  },
  {
    ...given,
    name: "positions do not count the tag",
    find: "tagged ? 1 : 0",
    replace: "tagged ? 0 : 0",
  },
  {
    ...links,
    name: "unfinished links are found",
    find: '  guardWrite(folder, () => rmSync(join(folder, "links.json"), { force: true }));\n',
    replace: "  void rmSync;\n",
  },
  {
    ...links,
    name: "links of another alignment are found",
    find: "return found?.fingerprint === fingerprint ? found : undefined;",
    replace: 'return fingerprint === "" ? undefined : found;',
  },
  {
    ...batch,
    name: "links are those of the position after their piece",
    find: "guide.offsets[position + piece + 1]!++;",
    replace: "guide.offsets[position + piece + 2]!++;",
  },
  {
    ...batch,
    name: "a pair's last position is not counted",
    find: "    position += target.length + 1;",
    replace: "    position += target.length;",
  },
  {
    ...kernel,
    name: "cross-entropy's gradient is that of squares",
    find: "    guided(GuideCost::kSquares);\n    softmax_gradient_row(row, gradient, n);\n    guided(GuideCost::kCrossEntropy);",
    replace:
      "    guided(GuideCost::kSquares);\n    guided(GuideCost::kCrossEntropy);\n    softmax_gradient_row(row, gradient, n);",
  },
  {
    ...kernel,
    name: "queries without keys are pulled to none",
    find: "  if (keys.free()) return;\n  const vf factor",
    replace: "  const vf factor",
  },
  {
    ...kernel,
    name: "a query's keys have shares of 1 each",
    find: "float share() const { return 1.0f / static_cast<float>(end - begin); }",
    replace: "float share() const { return 1.0f; }",
  },
  {
    ...kernel,
    name: "cross-entropy is taken of weights",
    find: "return sum.largest + std::log(static_cast<double>(sum.total)) - score * keys.share();",
    replace:
      "double c = 0;\n  for (const int32_t* key = keys.begin; key < keys.end; key++) c -= std::log(std::max(row[*key], 1e-30f)) * keys.share();\n  return c + 0 * sum.total + 0 * score;",
  },
  {
    ...binding,
    name: "keys of a guide are not checked at the upper end",
    find: "keys[static_cast<size_t>(k)] < a.key_rows.size(g),",
    replace: "keys[static_cast<size_t>(k)] <= a.key_rows.size(g),",
  },
  {
    ...op,
    name: "squares of queries without keys count, composed",
    find: "tf.mul(isGuided, tf.squaredDifference(weights, shares))",
    replace: "tf.add(tf.mul(isGuided, 0), tf.squaredDifference(weights, shares))",
  },
  {
    ...op,
    name: "the gradient of the cost is 1 whatever its weight",
    find: "const costGradient = native.floats(ofCost!)[0]!;",
    replace: "void ofCost;\n      const costGradient = 1;",
  },
  {
    ...decoder,
    name: "attention is guided in evaluation",
    find: "const isGuided = context.training && !context.rehearsal && guide !== undefined;",
    replace: "const isGuided = guide !== undefined;",
  },
  {
    ...step,
    name: "alignments have no weight in a step",
    find: "cost = tf.add(cost, tf.mul(alignment.sum, alignment.weight));",
    replace: "cost = tf.add(cost, tf.mul(alignment.sum, 0));",
  },
  {
    ...guided,
    name: "alignments are made again in every run",
    find: "return readLinks(folder, fingerprint) !== undefined;",
    replace: "return readLinks(folder, fingerprint) === undefined && false;",
  },
  {
    ...guided,
    name: "corpora of other languages share an aligner",
    find: "const key = `${srcLang}-${tgtLang}`;",
    replace: 'void [srcLang, tgtLang];\n    const key = "";',
  },
  {
    ...guided,
    name: "an alignment that has changed is not looked at again",
    find: "hash({ VERSION, corpus: prepared.fingerprint, hashes })",
    replace: "hash({ VERSION, corpus: prepared.fingerprint, hashes: hashes.length })",
  },
  {
    ...command,
    name: "the first pairs are learnt from, not some of all",
    find: "if (Math.floor(line * share) > Math.floor((line - 1) * share)) aligner.add(pair);",
    replace: "if (line <= max_pairs) aligner.add(pair);\n      void share;",
  },
  {
    ...forced,
    name: "attention of the piece before",
    find: "t === 0 ? bosId : targets[i]![t - 1]!",
    replace: "t === 0 ? bosId : targets[i]![t]!",
  },
  {
    ...forced,
    name: "the state of a forced pass stays",
    find: "    state.dispose();\n",
    replace: "",
  },
  {
    file: "src/cli/commands/score.ts",
    tests: ["test/cli/commands/score.test.ts"],
    name: "only the first model of an ensemble scores",
    find: "loadEnsemble(args.model, {",
    replace: "loadEnsemble(args.model.slice(0, 1), {",
  },
  {
    file: "src/decoding/force-score.ts",
    tests: ["test/decoding/forced-attention.test.ts", "test/cli/commands/score.test.ts"],
    name: "given translations have no alignment",
    find: "alignments[i] === undefined ? score : { ...score, alignment: alignments[i] }",
    replace: "score",
  },
];
