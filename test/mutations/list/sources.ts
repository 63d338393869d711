/** Mistakes in corpora and test sets by name. */
import type { Mutation } from "../mutation.ts";

const sets = ["test/corpora/test-sets"];
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
];
