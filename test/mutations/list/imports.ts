/** Mistakes in reading files of translations. */
import type { Mutation } from "../mutation.ts";

const formats = ["test/corpora/formats"];
const importing = [
  "test/corpora/importing",
  "test/cli/commands/data-import.test.ts",
  "test/training/plain-corpora.test.ts",
];
const languages = { file: "src/base/languages/language-tags.ts", tests: ["test/base/languages/language-tags.test.ts"] };
const elements = { file: "src/corpora/formats/xml/elements.ts", tests: formats };
const inline = { file: "src/corpora/formats/xml/inline-text.ts", tests: formats };
const tmx = { file: "src/corpora/formats/xml/tmx.ts", tests: formats };
const xliff = { file: "src/corpora/formats/xml/xliff.ts", tests: formats };
const xces = { file: "src/corpora/formats/xml/xces-documents.ts", tests: formats };
const plurals = { file: "src/corpora/formats/gettext/plural-forms.ts", tests: formats };
const catalogues = { file: "src/corpora/formats/gettext/catalogues.ts", tests: formats };
const entries = { file: "src/documents/syntax/po-entries.ts", tests: [...formats, "test/documents"] };
const sides = { file: "src/corpora/formats/sides.ts", tests: formats };
const keyed = { file: "src/corpora/formats/strings/keyed.ts", tests: formats };
const android = { file: "src/corpora/formats/strings/android.ts", tests: formats };
const quoted = { file: "src/data/files/quoted-rows.ts", tests: formats };
const columns = { file: "src/corpora/formats/tables/columns.ts", tests: formats };
const decoded = { file: "src/corpora/formats/decoded-text.ts", tests: formats };
const files = { file: "src/corpora/importing/language-files.ts", tests: importing };
const once = { file: "src/corpora/importing/import-once.ts", tests: importing };

export const importMutations: readonly Mutation[] = [
  {
    ...languages,
    name: "Chinese is Chinese, whatever its script",
    find: "a.script === undefined || b.script === undefined || a.script === b.script ? 1 : 0",
    replace: "1",
  },
  { ...languages, name: "underscores make another language", find: 'base.replaceAll("_", "-")', replace: "base" },
  {
    ...elements,
    name: "a bad character in one unit stays with the next",
    find: "          this.isMalformed = false;\n",
    replace: "",
  },
  {
    ...elements,
    name: "nested entities are expanded",
    file: "src/corpora/formats/xml/entities.ts",
    find: 'raw.replace(REFERENCE, "").includes("&")',
    replace: "raw.length < 0",
  },
  {
    ...elements,
    name: "depth has no bound",
    find: "++this.depth > MOST_DEPTH",
    replace: "++this.depth < 0",
  },
  {
    ...elements,
    name: "an element's length has no bound",
    find: "this.parser.position - this.lastEvent > MOST_CHARACTERS",
    replace: "this.parser.position < 0",
  },
  { ...elements, name: "CDATA is no text", find: '    parser.on("cdata", onText);\n', replace: "" },
  {
    ...inline,
    name: "both spaces around a code stay",
    find: "afterCode && afterSpace ? node.trimStart() : node",
    replace: "node",
  },
  {
    ...inline,
    name: "a line break is nothing",
    find: "if (afterSpace || !isBreak(node)) continue;",
    replace: "continue;",
  },
  {
    ...inline,
    name: "marks of a translation have numbers of their own",
    find: "free.get((item as MarkedItem).like)?.shift() ?? ++next",
    replace: "++next",
  },
  {
    ...inline,
    name: "texts inside codes are lost",
    find: 'return node.name === "sub" ? [node] : subsOf(node);',
    replace: "return subsOf(node);",
  },
  {
    ...tmx,
    name: "lang comes before xml:lang",
    find: 'attributes["xml:lang"] ?? attributes["lang"] ?? ""',
    replace: 'attributes["lang"] ?? attributes["xml:lang"] ?? ""',
  },
  {
    ...tmx,
    name: "one variant of a language only",
    find: "i < Math.max(sources.length, targets.length)",
    replace: "i < 1",
  },
  {
    ...tmx,
    name: "other regions count as much as the one asked for",
    find: "if (likeness > best) found.length = 0;",
    replace: "",
  },
  {
    ...decoded,
    name: "characters that are cut between chunks are not UTF-8",
    find: "const end = bytes.length - begunBytes(bytes);",
    replace: "const end = bytes.length;",
  },
  {
    ...decoded,
    name: "a character that the file ends in is dropped",
    find: "return this.begun.length === 0;",
    replace: "return this.begun.length >= 0;",
  },
  {
    ...decoded,
    name: "files have the encoding they declare, whatever their bytes",
    find: "if (found !== undefined) return found;\n",
    replace: "",
  },
  {
    ...files,
    name: "a file that names no language comes before one that does",
    find: 'find("named") ?? find("unnamed")',
    replace: 'find("unnamed") ?? find("named")',
  },
  {
    ...once,
    name: "options don't make another import",
    find: "JSON.stringify({ VERSION, options, formats, hashes })",
    replace: "JSON.stringify({ VERSION, formats, hashes })",
  },
  {
    ...once,
    name: "imported text that is cut off is taken",
    find: "size === bytes,",
    replace: "size !== -1,",
  },
  {
    ...xliff,
    name: "units that are to be reviewed are taken",
    find: "TO_REVIEW.test(state) && !options.fuzzy",
    replace: "TO_REVIEW.test(state) && false",
  },
  {
    ...xliff,
    name: "segments are paired by their order",
    find: 'targets.get(segment.attributes["mid"])',
    replace: "[...targets.values()][sources.indexOf(segment)]",
  },
  {
    ...xliff,
    name: "a group's translate is not its units'",
    find: 'inherited(unit, "translate")',
    replace: 'unit.attributes["translate"]',
  },
  {
    ...xliff,
    name: "targets of tags alone are translations",
    find: 'textOf(other).trim() === ""',
    replace: 'textOf(other) === "-"',
  },
  {
    ...sides,
    name: "files of other languages are taken",
    find: 'fits(target, targetLanguage)) return "as asked"',
    replace: '(fits(target, targetLanguage) || true)) return "as asked"',
  },
  {
    ...sides,
    name: "files that translate the other way are not turned",
    find: 'sides === "swapped" ? pair(translation, original, line)',
    replace: 'sides === "swapped" ? pair(original, translation, line)',
  },
  { ...plurals, name: "the plural goes with the second form", find: "forms.at(-1)!", replace: "forms[1]!" },
  {
    ...plurals,
    name: "a lone form is always the singular's",
    find: "(plurals ?? 1) > 1 ? singular : plural",
    replace: "singular",
  },
  {
    ...catalogues,
    name: "fuzzy messages are taken",
    find: "fuzzy && isTranslated && !this.options.fuzzy",
    replace: "fuzzy && isTranslated && false",
  },
  {
    ...catalogues,
    name: "obsolete messages are taken",
    find: "if (this.options.obsolete) this.entry(entry);",
    replace: "if (true) this.entry(entry);",
  },
  {
    ...catalogues,
    name: "all after a malformed entry is skipped",
    find: 'if (line.trim() === "") this.isMalformed = false;',
    replace: "",
  },
  {
    ...entries,
    name: "escapes are characters of Latin-1",
    find: 'bytes.toString(isUtf8(bytes) ? "utf8" : "latin1")',
    replace: 'bytes.toString("latin1")',
  },
  {
    ...keyed,
    name: "texts that the translation alone has are not told",
    find: "if (!sources.has(key))",
    replace: "if (sources.size < 0)",
  },
  {
    ...android,
    name: "white space in quotes is collapsed",
    find: 'return isQuoted ? token : " ";',
    replace: 'return " ";',
  },
  {
    ...android,
    name: "arrays are paired by their first item",
    find: 'name === "plurals" ? item.attributes["quantity"] : i',
    replace: 'name === "plurals" ? item.attributes["quantity"] : 0',
  },
  { ...quoted, name: "rows have the line they end at", find: "line: this.first", replace: "line: number" },
  {
    ...quoted,
    name: "doubled quotes end a field",
    find: "line[quote + 1] !== '\"'",
    replace: "line[quote + 1] !== undefined",
  },
  {
    ...columns,
    name: "any region is as good as the language itself",
    find: "if (likeness > best)",
    replace: "if (likeness > 0 && best === 0)",
  },
  {
    ...xces,
    name: "documents are read outside of their places",
    find: 'plain.split("/").includes("..")',
    replace: 'plain.split("/").includes("...")',
  },
  {
    ...xces,
    name: "a missing sentence loses those that follow",
    find: "this.read - this.reached <= this.window / 2",
    replace: "this.read >= 0",
  },
  {
    ...xces,
    name: "all sentences are kept",
    find: "if (this.size <= this.window) break;",
    replace: "if (this.size >= 0) break;",
  },
];
