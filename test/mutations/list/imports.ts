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
];
