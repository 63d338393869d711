/** Mistakes in the words of a translation: their alignments and scores. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/text/piece-words.test.ts", "test/decoding/words", "test/decoding/translated-words.test.ts"];
const pieces = { file: "src/text/piece-words.ts", tests };
const alignment = { file: "src/decoding/words/word-alignment.ts", tests };
const scores = { file: "src/decoding/words/word-scores.ts", tests };

export const wordMutations: readonly Mutation[] = [
  {
    ...pieces,
    name: "a lone space is of the word before",
    find: "next = first[t]! < 0 ? next : first[t]!;",
    replace: "next = first[t]! < 0 ? Math.max(next - 1, 0) : first[t]!;",
  },
  {
    ...pieces,
    name: "a piece that goes on with a word and begins another is of the new one alone",
    find: "first[t] = changes ? end : end + 1;",
    replace: "first[t] = after.length > before.length ? end + 1 : end;",
  },
  {
    ...pieces,
    name: "pieces without the mark of a space are words of their own",
    find: "if (mark === 0) word++;",
    replace: "word++;",
  },
  {
    ...pieces,
    name: "a lone mark of a space begins a word",
    find: "mark > 0 || piece === SPACE || (t === 0 && mark < 0)",
    replace: "mark > 0 || (t === 0 && mark < 0)",
  },
  {
    ...pieces,
    name: "words are those that the model reads, not those of the line",
    find: "  if (asGiven) return found;",
    replace: "  if (given.length > 0) return found;",
  },
  {
    ...alignment,
    name: "a target word's attention is a sum, not a mean",
    find: "sum / Math.max(pieces[word]!, 1)",
    replace: "sum",
  },
  {
    ...alignment,
    name: "the tag is taken for the first piece",
    find: "weights[firstPiece + s]!",
    replace: "weights[s]!",
  },
  {
    ...alignment,
    name: "links are in the order of target words",
    find: "a.source - b.source || a.target - b.target",
    replace: "a.target - b.target || a.source - b.source",
  },
  {
    ...alignment,
    name: "a weight that equals the threshold is a link",
    find: "if (weight > threshold)",
    replace: "if (weight >= threshold)",
  },
  {
    ...scores,
    name: "a word's score is that of its last piece",
    find: "scores[target.first[t]!]! += pieceScores[t]!;",
    replace: "scores[target.first[t]!] = pieceScores[t]!;",
  },
  {
    ...scores,
    name: "the end has no score",
    find: "pieceScores.length > pieces ? [...scores, pieceScores[pieces]!] : scores",
    replace: "scores",
  },
  {
    file: "src/decoding/beam/history.ts",
    tests,
    name: "a piece's score is that of all pieces so far",
    find: "(parent === ROOT ? 0 : this.logProbabilities[parent]!)",
    replace: "0",
  },
  {
    file: "src/decoding/single-search.ts",
    tests,
    name: "a search of one hypothesis has no score of its end",
    find: "pieceScores: this.scores.slice(0, length),",
    replace: "pieceScores: this.scores.slice(0, complete ? length - 1 : length),",
  },
  {
    file: "src/cli/commands/translate/word-options.ts",
    tests: ["test/cli/commands/translate/word-options.test.ts"],
    name: "an alignment of 1 is a threshold",
    find: '  if (threshold === 1) return "hard";\n  if (threshold >= 0 && threshold < 1) return threshold;',
    replace: "  if (threshold >= 0 && threshold <= 1) return threshold;",
  },
];
