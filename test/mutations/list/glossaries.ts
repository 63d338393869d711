/** Mistakes in glossaries: reading them, finding their terms, and what is made of translations. */
import type { Mutation } from "../mutation.ts";

const matching = { file: "src/glossary/glossary.ts", tests: ["test/glossary/glossary.test.ts"] };
const tokens = { file: "src/glossary/term-tokens.ts", tests: ["test/glossary/glossary.test.ts"] };
const wordings = { file: "src/glossary/term-wordings.ts", tests: ["test/glossary/glossary.test.ts"] };
const reading = { file: "src/glossary/read-glossary.ts", tests: ["test/glossary/read-glossary.test.ts"] };
const attempts = { file: "src/segments/attempts.ts", tests: ["test/segments/glossaries.test.ts"] };
const masks = { file: "src/segments/masks.ts", tests: ["test/segments/glossaries.test.ts"] };
const pieces = { file: "src/decoding/term-pieces.ts", tests: ["test/decoding/term-pieces.test.ts"] };
const requested = { file: "src/server/deepl/requested-glossaries.ts", tests: ["test/server/deepl/glossaries.test.ts"] };
const store = { file: "src/server/glossaries/glossary-store.ts", tests: ["test/server/deepl/glossaries.test.ts"] };

export const glossaryMutations: readonly Mutation[] = [
  {
    ...matching,
    name: "the shortest term counts",
    find: "if (term !== undefined) longest =",
    replace: "if (term !== undefined && longest === undefined) longest =",
  },
  {
    ...matching,
    name: "capitals of an entry need not be there",
    find: "mayHaveCapitals: entry.source === entry.source.toLowerCase()",
    replace: "mayHaveCapitals: entry.source !== entry.source.toUpperCase()",
  },
  {
    ...matching,
    name: "terms overlap",
    find: "if (tokens[at]!.start < (found.at(-1)?.end ?? 0)) continue;",
    replace: "if (tokens[at]!.start < (found.at(-1)?.start ?? 0)) continue;",
  },
  {
    ...tokens,
    name: "a term goes beyond a line break",
    find: 'BREAK.test(space) ? "\\n" : " "',
    replace: 'BREAK.test(space) ? " " : " "',
  },
  {
    ...tokens,
    name: "a wording may stand inside a word",
    find: "if (!WORD_BEGINS.test(part) || !WORD_ENDS.test(",
    replace: "if (WORD_BEGINS.test(part) || !WORD_ENDS.test(",
  },
  {
    ...wordings,
    name: "no capital at the beginning of a sentence",
    find: "[target, capitalised(target)]",
    replace: "[target, target]",
  },
  {
    ...wordings,
    name: "no wording behind a bracket",
    find: "BRACKETS.includes(sign) ? [sign]",
    replace: "BRACKETS.includes(sign) ? []",
  },
  {
    ...reading,
    name: "lines of other languages are taken",
    find: "if (!areOf(languages, source, target)) continue;",
    replace: "if (!areOf([], source, target)) continue;",
  },
  {
    ...reading,
    name: "of several wordings the first alone",
    find: "known.targets.push(wording)",
    replace: "known.targets.at(0)",
  },
  {
    ...attempts,
    name: "a hypothesis without its terms is as good",
    find: "missing > 0 ? lacking : found",
    replace: "missing > 9 ? lacking : found",
  },
  {
    ...attempts,
    name: "terms that end no translation are asked for again and for ever",
    find: "hypotheses.every(({ complete }) => complete === false) &&",
    replace: "hypotheses.every(({ complete }) => complete === true) &&",
  },
  {
    ...attempts,
    name: "terms that stay are not asked for",
    find: "const all = [...terms, ...keptTerms];",
    replace: "const all = [...terms, ...keptTerms.slice(1)];",
  },
  {
    ...masks,
    name: "a term that stays may be part of a word",
    find: "return isTerm(run) ? wholeWords(mask) :",
    replace: 'return isTerm(run) && mask === "" ? wholeWords(mask) :',
  },
  {
    ...pieces,
    name: "a term of a script without spaces has one before it",
    find: "joined === undefined ? [spaced] : [spaced, joined]",
    replace: "joined === undefined ? [spaced] : [spaced]",
  },
  {
    ...requested,
    name: "glossaries of other languages are used",
    find: "glossary.dictionaries.find((one) => isOfPair(one, { source, target }))",
    replace: "glossary.dictionaries.find((one) => isOfPair(one, { source, target }) || true)",
  },
  {
    ...requested,
    name: "a glossary needs no source language",
    find: "if (source === undefined) {",
    replace: "if (source === null) {",
  },
  {
    ...store,
    name: "glossaries are everybody's",
    find: 'return key ? createHash("sha256")',
    replace: 'return key === "" ? createHash("sha256")',
  },
  {
    ...store,
    name: "changes of other servers are not seen",
    find: "if (before?.version === version) return before.glossary;",
    replace: "if (before !== undefined) return before.glossary;",
  },
  {
    ...store,
    name: "changes at once get lost",
    find: 'return withLock(join(this.folder, owner, "changes.lock"), "Glossaries", work);',
    replace: "return work();",
  },
];
