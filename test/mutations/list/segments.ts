/** Mistakes in texts around the model: segments, placeables, masks, tags by alignment. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/segments"];
const segments = { file: "src/segments/segment-text.ts", tests: ["test/segments/segment-text.test.ts"] };
const space = { file: "src/segments/white-space.ts", tests: ["test/segments/segment-text.test.ts"] };
const placeables = { file: "src/segments/placeables/find-placeables.ts", tests: ["test/segments/placeables"] };
const accept = { file: "src/segments/accept.ts", tests: ["test/segments/translate-text.test.ts"] };
const masks = { file: "src/segments/masks.ts", tests: ["test/segments/translate-text.test.ts"] };
const attempts = { file: "src/segments/attempts.ts", tests: ["test/segments/translate-text.test.ts"] };
const stages = { file: "src/segments/translate-segments.ts", tests: ["test/segments/translate-text.test.ts"] };
const align = { file: "src/segments/tags/align-tags.ts", tests: ["test/segments/tags/untag.test.ts"] };
const untag = { file: "src/segments/tags/untag.ts", tests: ["test/segments/tags/untag.test.ts"] };
const sentences = { file: "src/segments/sentences.ts", tests: ["test/segments/sentences.test.ts"] };
const loops = { file: "src/segments/loops.ts", tests: ["test/segments/loops.test.ts"] };

export const segmentMutations: readonly Mutation[] = [
  {
    ...segments,
    name: "a sentence goes on beyond a line break's tag",
    find: 'const isBreak = kind === "tag" && breaks.has(placeable.text);',
    replace: "const isBreak = false && breaks.has(placeable.text);",
  },
  {
    ...segments,
    name: "a text's own white space is not heeded",
    find: ", ...(whiteSpace !== undefined && { whiteSpace }) }, false);",
    replace: " }, void whiteSpace ?? false);",
  },
  {
    ...segments,
    name: "line breaks inside a sentence end it",
    find: "splitSentences(withSpaces(plain.slice(at, end))",
    replace: "splitSentences(plain.slice(at, end)",
  },
  {
    ...segments,
    name: "a pair of tags around a segment is part of it",
    find: "!(index === first && partner === last)",
    replace: "!(index === last && partner === last)",
  },
  {
    ...space,
    name: "one line break ends a paragraph",
    find: "lineBreaks > 1 ||",
    replace: "lineBreaks > 0 ||",
  },
  {
    ...space,
    name: "two characters of one line break are two",
    find: "const LINE_BREAK = /\\r\\n|",
    replace: "const LINE_BREAK = /",
  },
  {
    ...placeables,
    name: "tags inside a plural message are found beside it",
    find: "start >= 0 && !messages.some(",
    replace: "start >= 0 || !messages.some(",
  },
  {
    ...accept,
    name: "tags may cross",
    find: "tagPartners(translation).size < tagPartners(source).size",
    replace: "tagPartners(translation).size < 0 * tagPartners(source).size",
  },
  {
    ...accept,
    name: "numbered tags may be invented",
    find: " || numberedTags(translation) !== numberedTags(source)",
    replace: " || numberedTags(translation) < numberedTags(source)",
  },
  {
    ...masks,
    name: "a mask may come twice",
    find: "if (index === undefined) return undefined;",
    replace: "if (index === undefined) continue;",
  },
  {
    ...masks,
    name: "a mask may be missing",
    find: "return placed === runs.length ? pieces : undefined;",
    replace: "return placed <= runs.length ? pieces : undefined;",
  },
  {
    ...attempts,
    name: "what loops is taken in its turn",
    find: "(loops(text, line.text) ? looping :",
    replace: "(loops(text, text) ? looping :",
  },
  {
    ...attempts,
    name: "what comes back as it went out loses its white space",
    find: "isSame ? segment.tokens : restore(hypothesis)",
    replace: "isSame ? restore(hypothesis) : restore(hypothesis)",
  },
  {
    ...stages,
    name: "a single hypothesis that loops is the last word",
    find: "choice.accepted.length === 0 || choice.loops;",
    replace: "choice.accepted.length === 0;",
  },
  {
    ...stages,
    name: "masks that are lost split the segment at once",
    find: "await tryAlignment(translate, missing(), style,",
    replace: "await tryAlignment(translate, [], style,",
  },
  {
    ...align,
    name: "words outside of a pair don't count against it",
    find: "score += isInside ? alignment[t]![s]! : -alignment[t]![s]!;",
    replace: "score += isInside ? alignment[t]![s]! : 0;",
  },
  {
    ...align,
    name: "pairs may overlap",
    find: "if (isTaken) continue;",
    replace: "if (isTaken && taken.length === 0) continue;",
  },
  {
    ...align,
    name: "punctuation goes into the pair",
    find: "? last.end : last.letters.end);",
    replace: "? last.letters.end : last.end);",
  },
  {
    ...align,
    name: "a tag stands where the words before it and after it are mixed most",
    find: "sum + (s < before ? x : -x), 0)",
    replace: "sum + (s < before ? -x : x), 0)",
  },
  {
    ...align,
    name: "a tag without words may part a pair's words",
    find: "if (taken.some(({ from, to }) => gap > from && gap < to)) continue;",
    replace: "if (taken.some(({ from, to }) => gap > from && gap < to && to < 0)) continue;",
  },
  {
    ...untag,
    name: "words that a tag parted are joined",
    find: 'isBreak ? " " : ""',
    replace: 'isBreak ? "" : ""',
  },
  {
    ...untag,
    name: "white space around a tag is doubled",
    find: "if (spaced && waiting.length > 0) text = text.trimStart();",
    replace: "",
  },
  {
    ...sentences,
    name: "an abbreviation ends a sentence",
    find: "if (abbreviation !== undefined) return !MAY_END.has(abbreviation);",
    replace: "if (abbreviation !== undefined) return false;",
  },
  {
    ...loops,
    name: "what the source says again is a loop",
    find: "times >= least(i + 1) && times > inSource",
    replace: "times >= least(i + 1) && times > 0 * inSource",
  },
  {
    file: "src/segments/split-segment.ts",
    tests,
    name: "pieces between placeables end with a full stop",
    find: 'translation.replace(/[.。!?！？…]+$/u, "")',
    replace: "translation",
  },
];
