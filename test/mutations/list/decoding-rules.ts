/** Mistakes in ensembles, and in what a translation may say, must say and begins with. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/decoding"];
const beam = { file: "src/decoding/beam-search.ts", tests };
const ensemble = { file: "src/decoding/ensemble.ts", tests: ["test/decoding/ensemble.test.ts"] };
const processors = { tests: ["test/decoding/processors", "test/decoding/rules.test.ts"] };
const constraints = { file: "src/decoding/beam/constrained-step.ts", tests: ["test/decoding/beam"] };
const groups = { file: "src/decoding/beam/group-step.ts", tests: ["test/decoding/beam"] };
const truncation = { file: "src/decoding/truncation.ts", tests: ["test/decoding/sampling.test.ts"] };

export const decodingRuleMutations: readonly Mutation[] = [
  {
    ...ensemble,
    name: "an ensemble sums its members",
    find: "const value = sum / logarithms.length;",
    replace: "const value = sum;",
  },
  {
    ...ensemble,
    name: "an ensemble's rows stay in each member's own order",
    find: "if (rows.some((row, i) => row !== i)) state.select(rows);",
    replace: "void rows;",
  },
  {
    ...ensemble,
    name: "an ensemble's other states stay when one cannot begin",
    find: "    for (const state of states) state.dispose();\n    throw",
    replace: "    throw",
  },
  {
    ...processors,
    file: "src/decoding/processors/processor.ts",
    name: "rules see the pieces of another hypothesis",
    find: "this.pieces = Array.from(rows, (row) => pieces[row]!);",
    replace: "this.pieces = Array.from(rows, (_, row) => pieces[row] ?? pieces[0]!);",
  },
  {
    ...processors,
    file: "src/decoding/processors/best-pieces.ts",
    name: "the later of equal pieces is the better",
    find: "values[best[at - 1]!]! < value; at--",
    replace: "values[best[at - 1]!]! <= value; at--",
  },
  {
    ...processors,
    file: "src/decoding/processors/repetition.ts",
    name: "a piece is punished each time it came",
    find: "of new Set(pieces))",
    replace: "of pieces)",
  },
  {
    ...processors,
    file: "src/decoding/processors/repetition.ts",
    name: "the last piece of an n-gram cannot be ignored",
    find: " && !this.ignored.has(next)",
    replace: "",
  },
  {
    ...processors,
    file: "src/decoding/processors/repetition.ts",
    name: "a loop may go round once more",
    find: "period * (this.most + 1) <= length",
    replace: "period * (this.most + 1) < length",
  },
  {
    ...processors,
    file: "src/decoding/processors/banned.ts",
    name: "a banned word that a piece holds inside is said",
    find: "    for (const id of this.inside) logProbabilities[id] = Number.NEGATIVE_INFINITY;\n",
    replace: "",
  },
  {
    ...processors,
    file: "src/decoding/processors/banned.ts",
    name: "a banned word is found inside longer ones",
    find: "if (!isBorder(tail, start) || !phrase",
    replace: "if (!phrase",
  },
  {
    ...processors,
    file: "src/decoding/processors/target-prefix.ts",
    name: "the last word of a prefix is closed",
    find: "  return isWhole ? found.filter(",
    replace: "  return found.length > 0 ? found.filter(",
  },
  {
    ...processors,
    file: "src/decoding/processors/target-prefix.ts",
    name: "a prefix is forgotten after its whole pieces",
    find: 'if (missing !== "") keepOnly',
    replace: "if (missing === prefix.rest) keepOnly",
  },
  {
    ...processors,
    file: "src/decoding/processors/target-prefix.ts",
    name: "a whole word goes on behind its last piece",
    find: "    else if (prefix.isWhole) this.endWord(",
    replace: "    else if (prefix.isWhole && missing === undefined) this.endWord(",
  },
  {
    ...processors,
    file: "src/decoding/processors/target-prefix.ts",
    name: "words of scripts without spaces end too",
    find: " && !UNSPACED.test(character)",
    replace: "",
  },
  {
    file: "src/decoding/next-pieces.ts",
    tests,
    name: "alternatives are those of the first position",
    find: "if (t < given[sentence]!.length) {",
    replace: "if (t < 0) {",
  },
  {
    ...constraints,
    name: "a translation ends without its terms",
    find: "endAllowed && constraints.missing(own) === 0",
    replace: "endAllowed",
  },
  {
    ...constraints,
    name: "improbable terms are not tried",
    find: ", ...constraints.wanted(own)]",
    replace: "]",
  },
  {
    ...constraints,
    name: "the beam goes to hypotheses without terms",
    find: "a.rank - b.rank || a.missing - b.missing",
    replace: "b.missing - a.missing || a.rank - b.rank",
  },
  {
    ...constraints,
    name: "terms that come too late keep their place",
    find: "Number(a.isLate) - Number(b.isLate) || ",
    replace: "",
  },
  {
    ...constraints,
    file: "src/decoding/beam/lexical-constraints.ts",
    name: "a term that breaks off begins anew",
    find: "length = borders[length - 1]!;",
    replace: "length = 0 * borders[length - 1]!;",
  },
  {
    ...constraints,
    file: "src/decoding/beam/lexical-constraints.ts",
    name: "pieces of all begun terms count",
    find: "gained = Math.max(gained, this.shortest[term]! - (all.length - matched));",
    replace: "gained += Math.max(0, this.shortest[term]! - (all.length - matched));",
  },
  {
    ...constraints,
    file: "src/decoding/beam/lexical-constraints.ts",
    name: "every wording of a term must come",
    find: "if (progress[i] === pieces.length) met.add(term);",
    replace:
      "if (this.wordings.every((other, j) => other.term !== term || progress[j] === other.pieces.length)) met.add(term);",
  },
  {
    ...groups,
    name: "groups do not see each other",
    find: "for (const piece of step.live.pieces) chosen",
    replace: "for (const piece of []) chosen",
  },
  {
    ...groups,
    name: "groups avoid pieces of other sentences",
    find: "if (sentences[group] !== sentences[group - 1]) chosen",
    replace: "if (group === 0) chosen",
  },
  {
    ...groups,
    name: "diversity is part of the score",
    find: "+ own[parent * count + at]!;",
    replace: "+ own[parent * count + at]! - penalty(piece);",
  },
  {
    ...beam,
    name: "what several groups say comes several times",
    find: "if (!found.has(key)) found.set(key, read);",
    replace: "found.set(found.has(key) ? `${key} again` : key, read);",
  },
  {
    ...truncation,
    name: "min-p is a probability",
    find: "minP * weights[best]!",
    replace: "minP * sum(weights, count)",
  },
  {
    ...truncation,
    name: "epsilon leaves nothing where all is improbable",
    find: "Math.min(epsilon * sum(weights, count), weights[best]!)",
    replace: "epsilon * sum(weights, count)",
  },
  {
    ...truncation,
    name: "typical pieces are the most surprising ones",
    find: "distance.get(a)! - distance.get(b)!",
    replace: "distance.get(b)! - distance.get(a)!",
  },
];
