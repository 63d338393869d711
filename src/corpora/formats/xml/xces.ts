/**
 * Alignments of OPUS (XCES): links between sentences of two documents, which stand in files of their own beside the alignment, in folders or in zip
 * files. A link of several sentences is one pair; one without a sentence on either side is none.
 */
import { rootElement } from "../../../data/files/text-format.ts";
import { type Importer, type ImportItem, type ImportOptions, type InputFile, pair, skip } from "../importer.ts";
import { type Sides, sidesOf } from "../sides.ts";
import { readElements, type XmlElement } from "./elements.ts";
import { DocumentFinder, SentenceReader } from "./xces-documents.ts";

export const xces: Importer = {
  name: "xces",
  title: "an alignment of OPUS (XCES)",
  files: 1,
  matches: ({ text }) => rootElement(text.trimStart())?.name === "cesalign",
  pairs: readAlignment,
};

interface Link {
  /** Of the two documents, as the alignment names them. */
  documents: readonly [from: string, to: string];
  sentences: readonly [from: string[], to: string[]];
  line: number;
}

async function* readAlignment(file: InputFile, options: ImportOptions): AsyncGenerator<ImportItem[]> {
  const finder = new DocumentFinder(file.path, options.documents);
  let open: OpenDocuments | undefined;
  try {
    for await (const links of readElements<Link>(file, ["cesAlign"], ["link"], (link, all) => all.push(linkOf(link)))) {
      const items: ImportItem[] = [];
      for (const link of links) {
        if (open?.isOf(link) !== true) {
          await open?.close();
          open = new OpenDocuments(link, finder, options);
        }
        items.push(await open.itemOf(link));
      }
      yield items;
    }
  } finally {
    await open?.close();
    await finder.close();
  }
}

function linkOf({ attributes, parent, line }: XmlElement): Link {
  const [from = "", to = ""] = (attributes["xtargets"] ?? "").split(";").map((list) => list.trim());
  const group = parent?.attributes ?? {};
  const ids = (list: string) => (list === "" ? [] : list.split(/\s+/));
  return { documents: [group["fromDoc"] ?? "", group["toDoc"] ?? ""], sentences: [ids(from), ids(to)], line };
}

/** The two documents that links are of for the time being. */
class OpenDocuments {
  private readonly documents: readonly [string, string];
  private readonly readers: readonly [SentenceReader, SentenceReader];
  private readonly sides: Sides;

  constructor({ documents }: Link, finder: DocumentFinder, options: ImportOptions) {
    this.documents = documents;
    this.readers = [new SentenceReader(documents[0], finder), new SentenceReader(documents[1], finder)];
    // Their names begin with the language: de/2011/1.xml.gz
    const [from, to] = documents.map((name) => name.split("/")[0]);
    this.sides = sidesOf(from, to, options);
  }

  isOf({ documents }: Link): boolean {
    return documents[0] === this.documents[0] && documents[1] === this.documents[1];
  }

  async itemOf({ sentences, line }: Link): Promise<ImportItem> {
    if (this.sides === "other languages") return skip("not in both languages", line);
    if (sentences.some((ids) => ids.length === 0)) return skip("without a counterpart", line);
    const texts = [await this.readers[0].textOf(sentences[0]), await this.readers[1].textOf(sentences[1])];
    if (texts[0] === undefined || texts[1] === undefined) return skip("without a counterpart", line);
    return this.sides === "swapped" ? pair(texts[1], texts[0], line) : pair(texts[0], texts[1], line);
  }

  async close(): Promise<void> {
    for (const reader of this.readers) await reader.close();
  }
}
