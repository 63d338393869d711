/** Glossaries: tables of terms with tabs and with commas, lists of terms; read, and looked up in a text. */
import { join } from "node:path";
import { findTerms, Glossary } from "../../../src/glossary/glossary.ts";
import type { GlossaryEntry } from "../../../src/glossary/glossary-entry.ts";
import { readGlossary, readTermList } from "../../../src/glossary/read-glossary.ts";
import { expectThat, type Format } from "../format.ts";

const TEXT = "Open the file menu, “Save as…” and C++ (Acme). 在东京都买电脑。 Straße İ ﬁ";

const samples: Readonly<Record<string, string>> = {
  "terms.tsv": "\ufeffopen\töffnen\r\nfile menu\tDateimenü\nfile\tDatei\nfile\tAkte\nC++\tC++\n东京都\tTokio\n",
  "terms.csv": 'open,öffnen\n"save, as","sichern ""als""",en,de\nstraße,street\nAcme,Acme\n',
  "names.txt": "Acme\nVisual Studio\nC++\n\n电脑\n",
};

export const glossaries: readonly Format[] = Object.entries(samples).map(([name, content]) => ({
  name: `glossary ${name}`,
  isText: true,
  samples: () => [{ files: { [name]: Buffer.from(content) } }],
  read: (folder) => {
    const path = join(folder, name);
    const entries = name.endsWith(".txt") ? readTermList(path) : readGlossary(path, { source: "en", target: "de" });
    check(entries);
    const text = `${TEXT} ${entries.map(({ source }) => source).join(" ")}`;
    let end = 0;
    for (const match of findTerms([new Glossary(entries)], text)) {
      expectThat(match.start >= end && match.end > match.start, "terms overlap");
      expectThat(entries.includes(match.entry), "a term that is not in the glossary");
      end = match.end;
    }
  },
}));

function check(entries: readonly GlossaryEntry[]): void {
  expectThat(entries.length > 0, "there is no entry");
  expectThat(new Set(entries.map(({ source }) => source)).size === entries.length, "a term has two entries");
  for (const term of entries.flatMap(({ source, targets }) => [source, ...targets])) {
    expectThat(term !== "" && term === term.trim(), "a term has white space at its edges");
    expectThat(!/[\p{Cc}\u2028\u2029]/u.test(term), "a term is more than a line");
  }
}
