/** Documents of an OPUS alignment: where they are, and their sentences by id, in bounded memory. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DataError } from "../../../base/errors.ts";
import type { ZipEntry } from "../../../base/zip-entries.ts";
import { decompress } from "../../../data/files/decompress.ts";
import { openZip, type ZipArchive } from "../../archives/zip.ts";
import { inputOf, type OpenFile, openInput } from "../input-file.ts";
import { readElements, textOf, type XmlElement } from "./elements.ts";

/** Folders that OPUS puts documents into: words apart, and text as it was. */
const FOLDERS = ["", "raw", "xml"];

/** A zip file, its members by the last part of their paths. */
interface IndexedZip {
  path: string;
  archive: ZipArchive;
  byName: Map<string, ZipEntry[]>;
}

export class DocumentFinder {
  private readonly alignment: string;
  private readonly folders: string[] = [];
  private readonly zips: IndexedZip[] = [];
  private hasFound = false;

  /** Looks beside the alignment, and in `places`: folders and zip files. Throws DataError for one that is not there. */
  constructor(alignment: string, places: readonly string[]) {
    this.alignment = alignment;
    for (const place of [dirname(alignment), ...places]) {
      if (!existsSync(place)) {
        throw new DataError("The place of the documents does not exist.", {
          where: place,
          nextStep: "Check the path.",
        });
      }
      if (!statSync(place).isDirectory()) this.zips.push(indexed(place));
      else {
        this.folders.push(place);
        const names = readdirSync(place).filter((name) => name.endsWith(".zip"));
        for (const name of names.sort()) this.zips.push(indexed(join(place, name)));
      }
    }
  }

  /** A document by the name that the alignment has. Undefined where it is missing; throws DataError where the first one is. */
  async open(name: string): Promise<OpenFile | undefined> {
    const found = await this.find(name);
    if (found === undefined && !this.hasFound) {
      throw new DataError(`The document ${JSON.stringify(name)} of the alignment is not to be found.`, {
        where: this.alignment,
        nextStep: "Put OPUS's documents or their zip files beside the alignment, or name their place with --documents.",
      });
    }
    this.hasFound = true;
    return found;
  }

  close(): void {
    for (const { archive } of this.zips) archive.close();
  }

  private async find(name: string): Promise<OpenFile | undefined> {
    const plain = name.replace(/\.gz$/, "");
    // No name leads out of the places.
    if (plain === "" || plain.startsWith("/") || plain.split("/").includes("..")) return undefined;
    for (const folder of this.folders.flatMap((place) => FOLDERS.map((inner) => join(place, inner)))) {
      const path = [plain, `${plain}.gz`].map((each) => join(folder, each)).find((each) => existsSync(each));
      if (path !== undefined) return openInput(path);
    }
    for (const { path, archive, byName } of this.zips) {
      for (const each of [plain, `${plain}.gz`]) {
        const entry = byName.get(basename(each))?.find((one) => one.path === each || one.path.endsWith(`/${each}`));
        if (entry === undefined) continue;
        const chunks = archive.contents(entry);
        return inputOf(`${path}, ${entry.path}`, each === plain ? chunks : decompress(chunks, "gzip"));
      }
    }
    return undefined;
  }
}

function indexed(path: string): IndexedZip {
  const archive = openZip(path);
  const byName = new Map<string, ZipEntry[]>();
  for (const entry of archive.entries) {
    const name = basename(entry.path);
    const others = byName.get(name);
    if (others === undefined) byName.set(name, [entry]);
    else others.push(entry);
  }
  return { path, archive, byName };
}

/** Characters of sentences that are kept, so that links may be a little out of order; half of them ahead of the last one asked for. */
const WINDOW = 1 << 26;

/** Sentences of a document. It is read as far as they are asked for. */
export class SentenceReader {
  private readonly name: string;
  private readonly finder: DocumentFinder;
  private file: OpenFile | undefined;
  private blocks: AsyncGenerator<Sentence[]> | undefined;
  private readonly window: number;
  private isOpen = false;
  /** In the document's order. */
  private readonly kept = new Map<string, Sentence>();
  private size = 0;
  /** Characters that were read, and those up to the last sentence that was asked for and found. */
  private read = 0;
  private reached = 0;

  constructor(name: string, finder: DocumentFinder, window = WINDOW) {
    this.name = name;
    this.finder = finder;
    this.window = window;
  }

  /** The text of sentences in a row; undefined where one is missing. */
  async textOf(ids: readonly string[]): Promise<string | undefined> {
    const texts: string[] = [];
    for (const id of ids) {
      const sentence = await this.sentence(id);
      if (sentence === undefined) return undefined;
      texts.push(sentence.text);
    }
    return texts.join(" ");
  }

  async close(): Promise<void> {
    await this.blocks?.return(undefined);
    await this.file?.close();
  }

  private async sentence(id: string): Promise<Sentence | undefined> {
    if (!this.isOpen) {
      this.isOpen = true;
      this.file = await this.finder.open(this.name);
      this.blocks =
        this.file && readElements<Sentence>(this.file, [], ["s"], (element, all) => all.push(sentenceOf(element)));
    }
    while (!this.kept.has(id) && this.read - this.reached <= this.window / 2 && (await this.readOn())) {
      // Until it is there.
    }
    const found = this.kept.get(id);
    if (found !== undefined) this.reached = Math.max(this.reached, found.end);
    return found;
  }

  private async readOn(): Promise<boolean> {
    const next = await this.blocks?.next();
    if (next === undefined || next.done === true) return false;
    for (const [id, { text }] of this.kept) {
      if (this.size <= this.window) break;
      this.kept.delete(id);
      this.size -= text.length + 1;
    }
    for (const sentence of next.value) {
      this.read += sentence.text.length + 1;
      this.size += sentence.text.length + 1;
      sentence.end = this.read;
      this.kept.set(sentence.id, sentence);
    }
    return true;
  }
}

interface Sentence {
  id: string;
  text: string;
  /** Characters of the document up to its end. */
  end: number;
}

/** Words, where they are marked, with spaces between them. */
function sentenceOf(element: XmlElement): Sentence {
  const words = wordsOf(element);
  const text = (words.length > 0 ? words.join(" ") : textOf(element)).replace(/\s+/g, " ").trim();
  return { id: element.attributes["id"] ?? "", text, end: 0 };
}

function wordsOf(element: XmlElement): string[] {
  return element.children.flatMap((child) => {
    if (typeof child === "string") return [];
    return child.name === "w" ? [textOf(child)] : wordsOf(child);
  });
}
