/** Mistakes in documents: their texts, what is written for translations, and how they go through a translator. */
import type { Mutation } from "../mutation.ts";

const formats = ["test/documents/formats.test.ts", "test/documents/round-trip.test.ts"];
const whole = ["test/documents/translate-document.test.ts"];
const translation = { file: "src/documents/translate-document.ts", tests: whole };
const endings = { file: "src/documents/document-formats.ts", tests: whole };
const command = { file: "src/cli/commands/translate/document-options.ts", tests: ["test/cli/commands/translate"] };
const tags = { file: "src/documents/segments/inline-tags.ts", tests: [...formats, ...whole] };
const edits = { file: "src/documents/segments/edits.ts", tests: formats };
const xliff = { file: "src/documents/bilingual/xliff.ts", tests: [...formats, ...whole] };
const po = { file: "src/documents/bilingual/po.ts", tests: formats };
const bilingual = { file: "src/documents/bilingual/bilingual-xml.ts", tests: [...formats, ...whole] };
const paragraphs = { file: "src/documents/word/docx-paragraphs.ts", tests: [...formats, ...whole] };
const zip = { file: "src/documents/word/zip-members.ts", tests: formats };
const html = { file: "src/documents/html.ts", tests: [...formats, ...whole] };
const properties = { file: "src/documents/properties.ts", tests: formats };
const json = { file: "src/documents/json-strings.ts", tests: formats };
const subtitles = { file: "src/documents/subtitles.ts", tests: formats };

export const documentMutations: readonly Mutation[] = [
  {
    ...translation,
    name: "translations that are there give way unasked",
    find: '({ state }) => state === "new" ||',
    replace: '({ state }) => state !== "fuzzy" ||',
  },
  {
    ...translation,
    name: "fuzzy translations are kept when they are to give way",
    find: 'state === "fuzzy"),',
    replace: 'state === "new"),',
  },
  { ...endings, name: "endings in capitals are unknown", find: "[0].toLowerCase() ??", replace: "[0] ??" },
  {
    ...endings,
    name: "compressed lines are documents",
    find: '(documentFormatOf(name) ?? "txt") !== "txt"',
    replace: 'documentFormatOf(name) !== "md"',
  },
  {
    ...command,
    name: "plain text is a document by its ending",
    find: 'return format === "txt" ? undefined : format;',
    replace: "return format;",
  },
  {
    ...command,
    name: "a document is written under another format's ending",
    find: "written !== undefined && written !== format",
    replace: "written !== undefined && written === undefined",
  },
  {
    ...command,
    name: "one hypothesis to choose from",
    find: "(options.beamSize ?? translateDefaults.beamSize)",
    replace: "1",
    tests: ["test/cli/commands/translate", "test/cli/commands/translate.test.ts"],
  },
  { ...tags, name: "a tag twice is no fault", find: "if (seen.has(piece)) return", replace: "if (false) return" },
  {
    ...tags,
    name: "tags that cross are no fault",
    find: "open.pop() !== tag.number) return",
    replace: "open.pop() === undefined) return",
  },
  {
    ...tags,
    name: "pairs around a whole text are part of it",
    find: "first !== last) {",
    replace: "first === last) {",
  },
  {
    ...edits,
    name: "an edit inside one that removes it is made",
    find: "if (edit.from < at || edit.to > to) continue;",
    replace: "if (edit.to > to) continue;",
  },
  {
    ...edits,
    name: "edits in ranges that others keep are lost",
    find: ": render(part[0], part[1], i + 1);",
    replace: ": text.slice(part[0], part[1]);",
  },
  {
    ...xliff,
    name: "what is not to be translated is, below a group",
    find: "said === undefined ? translate :",
    replace: "said === undefined ? true :",
  },
  {
    ...xliff,
    name: "an untranslated state stays with a translation",
    find: "(mark !== undefined || isNew)",
    replace: "mark !== undefined",
  },
  {
    ...xliff,
    name: "a target language that is named is named again",
    find: "this.attribute(element, name) !== undefined;",
    replace: "this.attribute(element, name) === '';",
  },
  {
    file: "src/documents/segments/text-document.ts",
    tests: whole,
    name: "the target language is named with each translation",
    find: "[...new Set(edits)]",
    replace: "edits",
  },
  { ...po, name: "plural forms are of the singular", find: "(form > 0 ||", replace: "(form > 1 ||" },
  {
    ...po,
    name: "a line break at the end is as the translation has it",
    find: 'const end = text.endsWith("\\n") ? "\\n" : "";',
    replace: 'const end = translation.endsWith("\\n") ? "\\n" : "";',
  },
  {
    ...po,
    name: "another encoding in the header is ignored",
    find: "throw source.damaged(header!.from, `its header",
    replace: "if (charset === '') throw source.damaged(header!.from, `its header",
  },
  {
    ...bilingual,
    name: "tags of a translation are numbered in its own order",
    find: "free.get(source.text.slice(from, to))?.shift() ?? ++next",
    replace: "++next",
  },
  {
    ...paragraphs,
    name: "a run's formatting is that of the whole paragraph",
    find: "this.formats.set(open, format);",
    replace: "",
  },
  {
    ...paragraphs,
    name: "fields are text",
    find: "if (field !== undefined) {",
    replace: "if (field === -1) {",
  },
  {
    ...zip,
    name: "sizes stand after the data still",
    find: "bytes.writeUInt16LE(member.flags & ~8, at);",
    replace: "bytes.writeUInt16LE(member.flags | 8, at);",
  },
  {
    ...zip,
    name: "members behind an altered one are looked for where they were",
    find: "entry.writeUInt32LE(at, 42);",
    replace: "entry.writeUInt32LE(member.offset, 42);",
  },
  {
    ...html,
    name: "attributes of what is kept are translated",
    find: "if (!isKept) this.blocks.places.push(",
    replace: "this.blocks.places.push(",
  },
  {
    ...properties,
    name: "other characters stay in a file of ASCII",
    find: "const raw = source.encoding",
    replace: "const raw = true || source.encoding",
  },
  {
    ...json,
    name: "what describes others is translated",
    find: 'path.some((key) => key.startsWith("@"))',
    replace: 'path.some((key) => key.startsWith("@@@"))',
  },
  {
    ...subtitles,
    name: "a translation is one line",
    find: 'return [...lines, line].join("\\n");',
    replace: 'return [...lines, line].join(" ");',
  },
  {
    file: "src/documents/bilingual/po.ts",
    tests: ["test/documents/review-marks.test.ts"],
    name: "what a machine translated is not fuzzy",
    find: 'mark === "machine" || mark === "fuzzy-match" ? fuzzy : []',
    replace: 'mark === "fuzzy-match" ? fuzzy : []',
  },
  {
    file: "src/documents/syntax/po-entries.ts",
    tests: ["test/documents/review-marks.test.ts"],
    name: "flags stand after what the text was",
    find: 'if (trimmed.startsWith("#|")) this.start ??= from;',
    replace: "",
  },
  {
    file: "src/documents/bilingual/xliff.ts",
    tests: ["test/documents/review-marks.test.ts"],
    name: "a machine's translation stays approved",
    find: "approved && state === TO_REVIEW && mark !== undefined",
    replace: "false",
  },
  {
    file: "src/memory/gram-index.ts",
    tests: ["test/memory"],
    name: "an edit changes two trigrams",
    find: "const CHANGED = 3;",
    replace: "const CHANGED = 2;",
  },
  {
    file: "src/memory/gram-index.ts",
    tests: ["test/memory"],
    name: "texts without a common trigram are never similar",
    find: "if (fewest > skipped) found",
    replace: "if (least > 0) found",
  },
  {
    file: "src/memory/gram-index.ts",
    tests: ["test/memory"],
    name: "trigrams that are repeated too often to be counted are not common",
    find: "counts[at]! + skipped + dropped",
    replace: "counts[at]! + skipped",
  },
  {
    file: "src/memory/gram-index.ts",
    tests: ["test/memory"],
    name: "similarity ends sooner than common trigrams allow",
    find: "return 1 - distance / longest;",
    replace: "return 1 - (distance + 1) / longest;",
  },
  {
    file: "src/memory/translation-memory.ts",
    tests: ["test/memory"],
    name: "the first similar text is taken",
    find: "alike > best.similarity || (alike === best.similarity && place < bestPlace)",
    replace: "false",
  },
  {
    file: "src/memory/recall-segment.ts",
    tests: ["test/memory"],
    name: "a hit may lack a tag",
    find: " || tagsOf(target) !== tags",
    replace: "",
  },
  {
    file: "src/cli/commands/translate/memory-options.ts",
    tests: ["test/cli/commands/translate/document.test.ts"],
    name: "lines of a memory come before those that wait",
    find: "waiting.length > 0 && waiting[0] !== undefined",
    replace: "waiting.length > 0",
  },
];
