/** Mistakes in the engine of models that are only run: C++ layers and 8-bit products, and what stands before them in TypeScript. */
import type { Mutation } from "../mutation.ts";

const scores = ["test/engine/forced-scores.test.ts"];
const steps = ["test/engine/decoding-steps.test.ts"];
const layers = { file: "native/src/inference/layers.cc", tests: scores };
const model = { file: "native/src/inference/model.cc", tests: scores };
const experts = { file: "native/src/inference/experts.cc", tests: scores };
const expertMemory = { file: "native/src/inference/expert_memory.cc", tests: ["test/engine/expert-memory.test.ts"] };
const softmax = { file: "native/src/inference/softmax.cc", tests: steps };
const candidates = { file: "native/src/inference/candidates.cc", tests: steps };
const lines = { file: "native/src/inference/line_source.cc", tests: steps };
const state = { file: "native/src/inference/decoder_state.cc", tests: [...steps, ...scores] };
const linear = { file: "native/src/inference/linear.cc", tests: [...scores, ...steps] };
const tensors = { file: "native/src/inference/tensors.cc", tests: ["test/engine/open-weights.test.ts"] };
const binding = { file: "native/src/inference/inference_binding.cc", tests: steps };
const quantized = { file: "native/src/quantized/finish.h", tests: [...steps, "test/engine/quantize-weights.test.ts"] };
const plan = { file: "src/engine/model-plan.ts", tests: scores };
const quantize = { file: "src/engine/quantize-weights.ts", tests: ["test/engine/quantize-weights.test.ts"] };
const weights = { file: "src/engine/weights-file.ts", tests: ["test/engine/open-weights.test.ts"] };
const decoder = { file: "src/engine/native-decoder-state.ts", tests: steps };

const openWeights = { file: "src/engine/open-weights.ts", tests: ["test/engine/open-weights.test.ts"] };
const verification = { file: "native/src/inference/verify.cc", tests: ["test/engine/verify-file.test.ts"] };
const crc = { file: "native/src/checksum/crc32.cc", tests: ["test/engine/verify-file.test.ts"] };

export const engineMutations: readonly Mutation[] = [
  {
    ...layers,
    name: "a backward LSTM reads forward",
    find: "reverse ? steps - 1 - i : i",
    replace: "reverse ? i : i",
  },
  {
    ...layers,
    name: "a block of steps has the inputs of the first one",
    find: "lstm.inputs(run, x + begin * x_step, x_step, rows, sums);",
    replace: "lstm.inputs(run, x, x_step, rows, sums);",
  },
  {
    ...layers,
    name: "a backward layer's block begins with its last step",
    find: "layout.starts[std::min(step_at(first), step_at(last - 1))]",
    replace: "layout.starts[step_at(first)]",
  },
  {
    ...layers,
    name: "multiplicative keys are not squashed",
    find: "  kernels.tanh_all(out, count);\n  for (int p = 0",
    replace: "  static_cast<void>(count);\n  for (int p = 0",
  },
  {
    ...layers,
    name: "normed attention is as long as its vector",
    find: "v = v * static_cast<float>(gain / std::sqrt(squares))",
    replace: "v = v * static_cast<float>(gain * 0 + 1 + squares * 0)",
  },
  {
    ...layers,
    name: "embeddings keep all their bits beside 8-bit products",
    find: "if (arithmetic_ == Arithmetic::int8) {",
    replace: "if (false) {",
    tests: ["test/engine/quantize-weights.test.ts"],
  },
  {
    ...model,
    name: "encoder layers lack their residual connection",
    find: "layout, false, y, width, y, width, true);",
    replace: "layout, false, y, width, y, width);",
  },
  {
    ...model,
    name: "a bridge starts from the sum of the positions",
    find: "const float share = 1.0f / static_cast<float>(to - from);",
    replace: "const float share = 1.0f;",
  },
  {
    ...experts,
    name: "gates of equal experts go to the later one",
    find: "values[a] != values[b] ? values[a] > values[b] : a < b",
    replace: "values[a] != values[b] ? values[a] < values[b] : a < b",
  },
  {
    ...experts,
    name: "gates of a strictly balanced layer don't add up to 1",
    find: "for (float& gate : gates) gate /= total;",
    replace: "for (float& gate : gates) gate /= 1;",
  },
  {
    ...experts,
    name: "gates within a group forget the group's own",
    find: "gates[i] * group_gates[g]",
    replace: "gates[i]",
  },
  {
    ...experts,
    tests: expertMemory.tests,
    name: "a step runs its experts in their order, packed or not",
    find: "  networks_.packed_first(used);\n",
    replace: "",
  },
  {
    ...expertMemory,
    name: "the expert that was used last goes first",
    find: "for (auto at = packed_.end(); at != packed_.begin() && counts_.bytes + bytes > bound_;) {\n    Slot& slot = **--at;",
    replace:
      "for (auto at = packed_.begin(); at != packed_.end() && counts_.bytes + bytes > bound_;) {\n    Slot& slot = **at;\n    if (slot.network_.use_count() > 1) { ++at; continue; }",
  },
  {
    ...expertMemory,
    name: "an expert that is used again is as old as before",
    find: "    packed_.splice(packed_.begin(), packed_, slot.place_);\n",
    replace: "",
  },
  {
    ...expertMemory,
    name: "the expert that comes is not counted among those to make room for",
    find: "counts_.bytes + bytes > bound_",
    replace: "counts_.bytes > bound_",
  },
  {
    ...experts,
    name: "a position without experts gets the sigmoid of 0",
    find: "if (taken) kernels.add(x",
    replace: "if (taken || true) kernels.add(x",
  },
  {
    ...softmax,
    name: "equal logits go to the higher id",
    file: "native/src/vocabulary/best_list.h",
    find: "a.logit > b.logit : a.id < b.id",
    replace: "a.logit > b.logit : a.id > b.id",
    tests: ["test/engine/tied-pieces.test.ts"],
  },
  {
    ...candidates,
    name: "a sentence's last candidate is left out",
    find: "offsets[r + 1] = offsets[r] + static_cast<size_t>(lists.length(sentence[r]));",
    replace:
      "offsets[r + 1] = offsets[r] + static_cast<size_t>(lists.length(sentence[r])) - (lists.length(sentence[r]) > 1);",
  },
  {
    ...candidates,
    name: "only the first row of a sentence gets its candidates' logits",
    find: "at < last; at++) {",
    replace: "at < last && at <= static_cast<size_t>(rows_of.starts[s]); at++) {",
  },
  {
    ...lines,
    name: "logits of candidates lack their bias",
    find: "= space.sums[static_cast<size_t>(i)] + bias;",
    replace: "= space.sums[static_cast<size_t>(i)];",
  },
  {
    ...lines,
    name: "8-bit logits of candidates lack their bias",
    find: "layer_.bias() == nullptr ? value : value + bias;",
    replace: "value;",
  },
  {
    ...lines,
    name: "a line of 8-bit weights has the scale of the row alone",
    find: "(quantized_.scales[rows[i]] * scale)",
    replace: "quantized_.scales[rows[i]]",
  },
  {
    ...state,
    name: "cells stay where rows are moved",
    find: "  for (States& states : cell_) states.select(rows, count);\n",
    replace: "",
  },
  {
    ...state,
    name: "an end is scored as the piece before it",
    find: "wanted[row] = t < targets.length(order[row]) ? ids[t] : end;",
    replace: "wanted[row] = t < targets.length(order[row]) ? ids[t] : begin;",
  },
  {
    ...linear,
    name: "8-bit rows lack the bias",
    find: "packed_.scales.data(), bias_, accumulate, out, out_step, 0, panels}",
    replace: "packed_.scales.data(), nullptr, accumulate, out, out_step, 0, panels}",
  },
  {
    ...tensors,
    name: "tensors that the model lacks are passed over",
    find: "    if (taken_.count(name) == 0) {",
    replace: "    if (taken_.count(name) == 99) {",
  },
  {
    ...binding,
    name: "candidates may stand in any order",
    find: "piece > before && piece < vocabulary",
    replace: "piece >= 0 && before >= -1 && piece < vocabulary",
  },
  {
    ...quantized,
    name: "what unsigned activations are too large by stays in the sums",
    find: "sums = sums - own * all_int(offset);",
    replace: "sums = sums - own * all_int(offset - 1);",
  },
  {
    ...plan,
    name: "the bridge is left out of the plan",
    find: 'bridge: options.decoderStart === "bridge",',
    replace: "bridge: false,",
  },
  {
    ...plan,
    name: "sizes of single layers are left out of the plan",
    find: "{ ...moe!, ...moeSizes?.get(name) }",
    replace: "{ ...moe! }",
  },
  {
    ...quantize,
    name: "experts' gates are quantised too",
    find: "shape.length < 2 || /\\.gate\\./.test(name)",
    replace: "shape.length < 2",
  },
  {
    ...quantize,
    name: "embeddings have a scale for each column",
    find: "const isTable = /(^|\\.)(embedding|output\\.weights)$/.test(name);",
    replace: "const isTable = /(^|\\.)(output\\.weights)$/.test(name);",
  },
  {
    ...weights,
    name: "checksums are not looked at",
    find: "if (wrong >= 0) throw",
    replace: "if (wrong > 1e9) throw",
  },
  {
    ...openWeights,
    name: "a model is given out before its weights are verified",
    find: "    await file.verified;\n    return",
    replace: "    return",
  },
  {
    ...openWeights,
    name: "damage is taken for another model",
    find: "    // Damage explains whatever else may be wrong.\n    await file.verified;\n",
    replace: "",
  },
  {
    ...verification,
    name: "what follows the first block of a part is not added",
    find: "sum = crc32_of_both(sum, blocks_[block], std::min(kBlock, part.end - begin));",
    replace: "if (begin == part.begin) sum = crc32_of_both(sum, blocks_[block], std::min(kBlock, part.end - begin));",
  },
  {
    ...verification,
    name: "the end of a file is taken for the end of a part",
    find: 'if (count == 0) throw std::runtime_error("it ends too early");',
    replace: "if (count == 0) break;",
  },
  {
    ...crc,
    name: "folding leaves out a quarter",
    find: "  d = _mm_xor_si128(d, folded(c, next));\n",
    replace: "",
  },
  {
    ...crc,
    name: "tables have the words' bytes in another order",
    find: "kTables.of[15 - 4 * w - b]",
    replace: "kTables.of[12 - 4 * w + b]",
  },
  {
    ...openWeights,
    name: "names may have spaces",
    find: "/\\s|^$/.test(name)",
    replace: "/^$/.test(name)",
  },
  {
    ...decoder,
    name: "a second selection forgets the first",
    find: "rows.map((row) => kept[row]!)",
    replace: "rows.slice()",
  },
];
