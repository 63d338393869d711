/** Mistakes in the page, and in how it is served. */
import type { Mutation } from "../mutation.ts";

const live = { file: "web/src/translation/live.ts", tests: ["test/web/translation/live.test.ts"] };
const passage = { file: "web/src/translation/passage.ts", tests: ["test/web/translation/passage.test.ts"] };
const links = { file: "web/src/translation/links.ts", tests: ["test/web/translation/passage.test.ts"] };
const choices = { file: "web/src/translation/choices.ts", tests: ["test/web/translation/passage.test.ts"] };
const experts = { file: "web/src/translation/experts.ts", tests: ["test/web/translation/experts.test.ts"] };
const failures = { file: "web/src/server/failures.ts", tests: ["test/web/server/failures.test.ts"] };
const languages = { file: "web/src/server/language-names.ts", tests: ["test/web/server/language-names.test.ts"] };
const wording = { file: "web/src/translation/wording.ts", tests: ["test/web/translation/wording.test.ts"] };
const wordingPanel = { file: "web/src/panes/wording-panel.ts", tests: ["test/web/wording.test.ts"] };
const workbench = ["test/web/workbench.test.ts"];
const files = { file: "src/server/page/page-files.ts", tests: ["test/server/page"] };
const routes = { file: "src/server/page/routes.ts", tests: ["test/server/page"] };

export const webMutations: readonly Mutation[] = [
  {
    ...live,
    name: "who types without a pause waits for ever",
    find: "Math.min(pause, this.waitingSince + patience - now)",
    replace: "Math.max(pause, 0 * (this.waitingSince + patience - now))",
  },
  {
    ...live,
    name: "older requests go on",
    find: "    this.waitingSince = undefined;\n    this.running?.abort();",
    replace: "    this.waitingSince = undefined;",
  },
  {
    ...live,
    name: "answers to older requests are shown",
    find: '      if (this.running !== running) return;\n      this.running = undefined;\n      this.options.onState({ kind: "done"',
    replace: '      this.running = undefined;\n      this.options.onState({ kind: "done"',
  },
  {
    ...live,
    name: "what failed is tried again over what is typed",
    find: "if (advice.retryIn !== undefined && this.waitingSince === undefined) {",
    replace: "if (advice.retryIn !== undefined) {",
  },
  {
    ...passage,
    name: "words of a changed text stay",
    find: "if (end > until || start < at) return;",
    replace: "if (start < at) return;",
  },
  {
    ...passage,
    name: "signs get a space before them",
    find: "return isFirst || isSign ?",
    replace: "return isFirst ?",
  },
  {
    ...links,
    name: "links of the text are those of the translation",
    find: "targetWords.map((_, target) => attention[target]?.[word] ?? 0)",
    replace: "targetWords.map((_, target) => attention[word]?.[target] ?? 0)",
  },
  {
    ...choices,
    name: "choices for other texts are sent",
    find: ".filter(({ segment }) => text.includes(segment))",
    replace: ".filter(({ segment }) => segment !== text)",
  },
  {
    ...experts,
    name: "experts have the words that they took at all",
    find: "if (rank === 0 && span !== undefined)",
    replace: "if (rank >= 0 && span !== undefined)",
  },
  {
    ...failures,
    name: "a wrong key is no matter of keys",
    find: "(status === 400 || status === 403) &&",
    replace: "status === 400 &&",
  },
  {
    ...failures,
    name: "faults of the server are told in its words",
    find: 'if (status >= 500) return { text: "Something went wrong in the server. Try again.", asksForKey };\n',
    replace: "",
  },
  {
    ...languages,
    name: "pairs are turned round without a way back",
    find: "|| !way.targets.includes(from)",
    replace: "|| way.targets.length === 0",
  },
  {
    ...wording,
    name: "a term comes twice, with two translations",
    find: "if (at >= 0) return terms.with(at, term);",
    replace: "",
  },
  {
    ...wording,
    name: "what is no term is kept as one",
    find: "withTerm(list, { source: stringOf(source), target: stringOf(target) }) ?? list",
    replace: "[...list, { source: stringOf(source), target: stringOf(target) }]",
  },
  {
    ...wordingPanel,
    name: "a glossary that is gone is asked for",
    find: "...(this.offer.glossaries.some(({ id }) => id === glossary) &&",
    replace: '...(glossary !== "" &&',
  },
  {
    ...wordingPanel,
    name: "terms are sent though the language is to be detected",
    find: 'return source !== "auto" && source !== target && this.offer',
    replace: "return source !== target && this.offer",
  },
  {
    file: "web/src/panes/workbench.ts",
    tests: ["test/web/wording.test.ts"],
    name: "other words are those of the model without its adapter",
    find: "count: OTHER_WORDS, adapter }",
    replace: "count: OTHER_WORDS }",
  },
  {
    file: "web/src/panes/workbench.ts",
    tests: workbench,
    name: "a choice is for another word than the one that was clicked",
    find: "const before = textBefore(answer, place);",
    replace: "const before = textBefore(answer, { ...place, word: 0 });",
  },
  {
    file: "web/src/panes/source-pane.ts",
    tests: workbench,
    name: "words under the field are not found",
    find: "this.sheet.contains(each) && each !== this.sheet",
    replace: "each === this.sheet",
  },
  {
    file: "web/src/panes/target-pane.ts",
    tests: ["test/web/accessibility.test.ts"],
    name: "arrow keys don't go between words",
    find: "else if (next !== at) elements[next]?.focus();",
    replace: "else if (next !== at) elements[at]?.focus();",
  },
  {
    file: "web/styles/colours.css",
    tests: ["test/web/accessibility.test.ts"],
    name: "soft text is too pale",
    find: "--soft: light-dark(#566269, #a0adb3);",
    replace: "--soft: light-dark(#96a2a9, #a0adb3);",
  },
  {
    ...files,
    name: "files with fixed names are kept for good",
    find: 'path.startsWith("/assets/")',
    replace: 'path.startsWith("/")',
  },
  {
    ...routes,
    name: "what has not changed is sent again",
    find: ".includes(file.etag)",
    replace: ".includes(file.path)",
  },
  {
    ...routes,
    name: "the page may load from anywhere",
    find: "\"default-src 'none'\",",
    replace: '"default-src *",',
  },
];
