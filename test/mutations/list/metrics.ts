/** Mistakes in BLEU, chrF, TER, their tokenizers, and tests of significance. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/metrics"];
const bleu = { file: "src/metrics/bleu.ts", tests };
const chrf = { file: "src/metrics/chrf.ts", tests };
const ter = { file: "src/metrics/ter.ts", tests };
const edits = { file: "src/metrics/translation-edits.ts", tests };
const western = { file: "src/metrics/tokenizers/western.ts", tests };
const paired = { file: "src/metrics/paired-test.ts", tests };

export const metricsMutations: readonly Mutation[] = [
  {
    ...bleu,
    name: "brevity penalty is upside down",
    find: "Math.exp(1 - referenceLength / systemLength)",
    replace: "Math.exp(1 - systemLength / referenceLength)",
  },
  {
    ...bleu,
    name: "of two equally near references the longer counts",
    find: "nearer === 0 && candidate < best",
    replace: "nearer === 0 && candidate > best",
  },
  { ...bleu, name: "exp smoothing adds instead of doubling", find: "halvings *= 2;", replace: "halvings += 1;" },
  {
    ...bleu,
    name: "add-k smooths unigrams",
    find: 'smoothMethod === "add-k" && n > 0',
    replace: 'smoothMethod === "add-k"',
  },
  {
    ...bleu,
    name: "floor smoothing ignores its value",
    find: "result(100 * smoothValue)",
    replace: "result(100 * 0.1)",
  },
  { ...bleu, name: "effective order is one too low", find: "order = n + 1;", replace: "order = Math.max(1, n);" },
  {
    ...bleu,
    name: "lower case is ignored",
    find: "this.lowercase ? line.toLowerCase() : line",
    replace: "line",
  },
  {
    file: "src/metrics/segment-ngrams.ts",
    tests,
    name: "matches are not clipped",
    find: "Math.min(this.hypothesisCounts[number]!, largest[number]!)",
    replace: "(largest[number]! > 0 ? this.hypothesisCounts[number]! : 0)",
  },
  {
    file: "src/metrics/segment-ngrams.ts",
    tests,
    name: "counts of a reference stay for the next",
    find: "for (let i = start; i < end; i++) this.referenceCounts[this.numbers[i]!] = 0;",
    replace: "",
  },
  {
    ...chrf,
    name: "recall counts β times instead of β²",
    find: "this.options.beta ** 2;\n    let precisions",
    replace: "this.options.beta;\n    let precisions",
  },
  {
    ...chrf,
    name: "orders without n-grams count as 0",
    find: "if (ofHypothesis === 0 || ofReference === 0) continue;",
    replace: "if (ofHypothesis === 0 || ofReference === 0) {\n        orders++;\n        continue;\n      }",
  },
  {
    ...chrf,
    name: "a word's last mark stays",
    find: "return [word.slice(0, -1), word.slice(-1)];",
    replace: "return [word];",
  },
  { ...chrf, name: "letters beyond U+FFFF count twice", find: "if (point > 0xffff) i++;", replace: "" },
  {
    ...chrf,
    name: "the last of several references counts",
    find: "values.indexOf(Math.max(...values))",
    replace: "values.length - 1",
  },
  {
    ...chrf,
    name: "smoothed chrF has too small a number for zeros",
    find: "const epsilon = 1e-16;",
    replace: "const epsilon = 0;",
  },
  {
    ...ter,
    name: "references are added up instead of averaged",
    find: "out[1] = referenceLengths / references.length;",
    replace: "out[1] = referenceLengths;",
  },
  { ...ter, name: "an empty reference costs nothing", find: "edits > 0 ? 100 : 0", replace: "0" },
  {
    ...ter,
    name: "references are tokenized once",
    find: 'this.preprocess(this.preprocess(reference).join(" "))',
    replace: "this.preprocess(reference)",
  },
  {
    ...edits,
    name: "shifts of nine words at most",
    find: "const LONGEST_RUN = 10;",
    replace: "const LONGEST_RUN = 9;",
  },
  {
    ...edits,
    name: "shifts over 49 words at most",
    find: "const FARTHEST_MATCH = 50;",
    replace: "const FARTHEST_MATCH = 49;",
  },
  { ...edits, name: "the search gives up early", find: "const MOST_TRIES = 1000;", replace: "const MOST_TRIES = 500;" },
  {
    ...edits,
    name: "the later of equal runs is shifted",
    find: "b.start - a.start",
    replace: "a.start - b.start",
  },
  {
    ...edits,
    name: "the later of equal targets is taken",
    find: "b.target - a.target",
    replace: "a.target - b.target",
  },
  {
    ...edits,
    name: "a run may be shifted where it lies",
    find: "wrongHere === 0 || wrongThere === 0 || inside",
    replace: "wrongHere === 0 || wrongThere === 0",
  },
  {
    file: "src/metrics/beam-edit-distance.ts",
    tests,
    name: "narrow beam",
    find: "const BEAM = 25;",
    replace: "const BEAM = 20;",
  },
  {
    file: "src/metrics/tokenizers/mteval-13a.ts",
    tests,
    name: "&amp; is decoded last",
    find: '.replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">")',
    replace: '.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&")',
  },
  {
    file: "src/metrics/tokenizers/mteval-13a.ts",
    tests,
    name: "<skipped> stays",
    find: 'if (text.includes("<skipped>"))',
    replace: 'if (text.includes("<skipped >"))',
  },
  {
    ...western,
    name: "numbers are cut at their points",
    find: "/([^0-9])([.,])/g",
    replace: "/(.)([.,])/g",
  },
  { ...western, name: "dashes after digits stay", find: "/([0-9])(-)/g", replace: "/([0-9])(--)/g" },
  {
    ...western,
    name: "slashes stand inside words",
    find: "/[{-~[-` -&(-+:-@/]/g",
    replace: "/[{-~[-` -&(-+:-@]/g",
  },
  {
    file: "src/metrics/tokenizers/chinese.ts",
    tests,
    name: "ideographs are apart on one side only",
    find: '.replace(CHINESE, " $& ")',
    replace: '.replace(CHINESE, " $&")',
  },
  {
    file: "src/metrics/tokenizers/tercom.ts",
    tests,
    name: "case counts",
    find: "options.caseSensitive ? line : line.toLowerCase()",
    replace: "line",
  },
  {
    file: "src/metrics/tokenizers/tercom.ts",
    tests,
    name: "full-width marks stay",
    find: '.replace(ASIAN_PUNCTUATION, "").replace(FULL_WIDTH_PUNCTUATION, "")',
    replace: '.replace(ASIAN_PUNCTUATION, "")',
  },
  {
    ...paired,
    name: "significance without the one that is added",
    find: "length + 1) / (statistics.length + 1)",
    replace: "length) / statistics.length",
  },
  {
    ...paired,
    name: "differences are not centred",
    find: "differences.map((value) => result(value - mean))",
    replace: "differences",
  },
  {
    file: "src/metrics/bootstrap.ts",
    tests,
    name: "the interval is of the middle 90 %",
    find: "Math.floor(sorted.length / 40)",
    replace: "Math.floor(sorted.length / 20)",
  },
];
