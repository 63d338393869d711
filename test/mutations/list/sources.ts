/** Mistakes in corpora and test sets by name. */
import type { Mutation } from "../mutation.ts";

const sets = ["test/corpora/test-sets"];
const fetch = ["test/corpora/fetch/download-blocks.test.ts"];
const blocks = { file: "src/corpora/fetch/download-blocks.ts", tests: fetch };
const attempts = { file: "src/corpora/fetch/attempts.ts", tests: fetch };
const hub = { file: "src/corpora/sources/hub-api.ts", tests: ["test/corpora/sources/hub.test.ts"] };
const hubFiles = { file: "src/corpora/sources/hub-files.ts", tests: ["test/corpora/sources/hub-files.test.ts"] };
const opus = ["test/corpora/sources/opus.test.ts"];
const releases = { file: "src/corpora/sources/opus-release.ts", tests: opus };
const languages = {
  file: "src/base/languages/choose-language.ts",
  tests: ["test/base/languages/choose-language.test.ts"],
};

export const sourceMutations: readonly Mutation[] = [
  {
    ...languages,
    name: "of a language's scripts the first is taken",
    find: "2 * Number(own?.script === usual?.script)",
    replace: "0",
  },
  {
    ...languages,
    name: "of a language's regions the last is taken",
    find: "Number(own?.region === usual?.region)",
    replace: "0",
  },
  { ...languages, name: "macro-languages are others", find: "USUAL[letters] ?? letters", replace: "letters" },
  {
    file: "src/corpora/test-sets/other-sets.ts",
    tests: sets,
    name: "MTNT's columns begin with the number",
    find: "columns: [1, 2]",
    replace: "columns: [0, 1]",
  },
  {
    file: "src/corpora/test-sets/spoken-sets.ts",
    tests: sets,
    name: "a talk's reference is in the same direction's archive",
    find: "`${target}-${source}/IWSLT17.TED.${talks}.${target}-${source}.${target}.xml`",
    replace: "`${source}-${target}/IWSLT17.TED.${talks}.${source}-${target}.${target}.xml`",
  },
  {
    file: "src/corpora/test-sets/test-sets.ts",
    tests: sets,
    name: "a file that is by itself is unpacked",
    find: "urls[0]!.endsWith(`/${file}`)",
    replace: "urls.length > 9",
  },
  {
    ...blocks,
    name: "a block is journalled before its bytes",
    find: "this.journal.done.push(wanted);",
    replace: "this.journal.done.push(wanted, wanted + 1);",
  },
  {
    ...blocks,
    name: "a journal is trusted without its part",
    find: "journal !== undefined && existsSync(part)",
    replace: "journal !== undefined",
  },
  {
    ...blocks,
    name: "blocks of two versions are mixed",
    find: 'throw new Changed("the file has changed; starting again");\n    if (statusCode',
    replace: "return;\n    if (statusCode",
  },
  {
    ...blocks,
    name: "a short block counts as whole",
    find: "if (got !== length) throw",
    replace: "if (got > length) throw",
  },
  {
    ...blocks,
    name: "files without versions are fetched in blocks",
    find: 'version === "" && !isChecked',
    replace: "false",
  },
  {
    ...attempts,
    name: "Retry-After is not heeded",
    find: "if (wait === undefined) return new Error(message);",
    replace: "if (wait !== 1) return new Error(message);",
  },
  { ...attempts, name: "any pause is granted", find: "wait <= LONGEST_WAIT", replace: "wait >= 0" },
  {
    file: "src/corpora/fetch/http-get.ts",
    tests: fetch,
    name: "a token follows redirects to other hosts",
    find: "current.origin === origin ? options : withoutToken(options)",
    replace: "options",
  },
  {
    file: "src/corpora/fetch/download.ts",
    tests: fetch,
    name: "a part without a checksum is thrown away when all tries failed",
    find: "!isChecked(options) && url !== urls.at(-1)",
    replace: "!isChecked(options)",
  },
  { ...releases, name: "versions are in alphabetical order", find: "numeric: true", replace: "numeric: false" },
  {
    ...releases,
    name: "names of corpora depend on case",
    find: "each.toLowerCase() === corpus.toLowerCase()",
    replace: "false",
  },
  {
    file: "src/corpora/sources/opus-api.ts",
    tests: opus,
    name: "OPUS is asked for languages as they come",
    find: "[...languages].sort()",
    replace: "[...languages]",
  },
  {
    file: "src/corpora/sources/opus-api.ts",
    tests: opus,
    name: "OPUS's names may be paths",
    find: "[\\w.+-]*$/",
    replace: "[\\w.+/-]*|.*$/",
  },
  {
    file: "src/corpora/sources/opus-archive.ts",
    tests: opus,
    name: "pairs with an empty side stay",
    find: "if (reason === undefined) pairs.push(pair);",
    replace: 'if (reason !== "too long") pairs.push(pair);',
  },
  {
    file: "src/corpora/formats/tables/parquet-rows.ts",
    tests: ["test/corpora/formats/tables/parquet.test.ts"],
    name: "text that is not UTF-8 is replaced",
    find: "{ fatal: true }",
    replace: "{ fatal: false }",
  },
  {
    file: "src/corpora/formats/tables/parquet-rows.ts",
    tests: ["test/corpora/formats/tables/parquet.test.ts"],
    name: "every group of rows is the first one",
    find: "line = rowEnd + 1;",
    replace: "line = 1;",
  },
  { ...hub, name: "the token is told to mirrors", find: " || mirror ? {}", replace: " ? {}" },
  {
    ...hub,
    name: "paths of data sets lead anywhere",
    find: ".filter(({ rfilename }) => isInside(rfilename))",
    replace: "",
  },
  {
    ...hub,
    name: "a data set without access does not exist",
    find: 'code === "GatedRepo" || answer.status === 403',
    replace: "code.length > 99",
  },
  {
    ...hubFiles,
    name: "tables are read beside the same data in Parquet",
    find: "(path) => /\\.parquet$/i.test(path),",
    replace: "",
  },
  {
    file: "src/corpora/importing/paired-texts.ts",
    tests: ["test/corpora/importing/paired-texts.test.ts"],
    name: "a region ends the search for a text's language",
    find: "for (const between of [/^|[._]/g, /[-]/g]) {",
    replace: "for (const between of [/^|[._-]/g]) {",
  },
  {
    file: "src/corpora/archives/zip-member.ts",
    tests: ["test/cli/commands/data-import.test.ts"],
    name: "members of an archive are read as they are packed",
    find: "compression === undefined ? contents(entry)",
    replace: "true ? contents(entry)",
  },
  {
    ...hubFiles,
    name: "a configuration of the pair has no precedence",
    find: "if (ofPair.length === 1) return ofPair[0]!;",
    replace: "",
  },
  { ...hubFiles, name: "shards are read as they are listed", find: "[...paths].sort()", replace: "[...paths]" },
  {
    ...hubFiles,
    name: "part of a conversion counts as all of it",
    find: 'split.startsWith("partial-")',
    replace: 'split === ""',
  },
  {
    file: "src/corpora/formats/tables/parquet-pages.ts",
    tests: ["test/corpora/formats/tables/parquet.test.ts"],
    name: "a page's count of values is trusted",
    find: "page === undefined || page.values > most",
    replace: "page === undefined",
  },
  {
    file: "src/corpora/formats/tables/parquet-runs.ts",
    tests: ["test/corpora/formats/tables/parquet-runs.test.ts"],
    name: "a run may be longer than its page",
    find: "values > count + (isPacked ? MOST_PADDING : 0)",
    replace: "values < 0",
  },
  {
    file: "src/corpora/formats/tables/parquet-pages.ts",
    tests: ["test/corpora/formats/tables/parquet.test.ts"],
    name: "runs of a page's values are trusted",
    find: "checkValues(rest(content, from), encoding, defined, LARGEST_GROUP);",
    replace: "",
  },
  {
    file: "src/corpora/formats/tables/parquet-runs.ts",
    tests: ["test/corpora/formats/tables/parquet-runs.test.ts"],
    name: "a text may begin as more than the one before it",
    find: " || begin > before",
    replace: "",
  },
  {
    file: "src/corpora/sources/glob.ts",
    tests: ["test/corpora/sources/hub-files.test.ts"],
    name: "a star goes over folders",
    find: 'if (token === "within" && path[at - 1] === "/") isOpen = false;',
    replace: "",
  },
];
