/** Word's `.docx` (ECMA-376, WordprocessingML): paragraphs of body, headers, footers and notes. */
import { DataError } from "../../base/errors.ts";
import type { Document, ReadOptions, Segment, WriteOptions } from "../segments/document.ts";
import { SourceText } from "../segments/source-text.ts";
import { checkCount, TextDocument } from "../segments/text-document.ts";
import { readXml } from "../xml-tree.ts";
import { paragraphPlaces } from "./docx-paragraphs.ts";
import { ZipMembers } from "./zip-members.ts";

const TEXTS = /^word\/(?:document|header|footer|footnotes|endnotes)\d*\.xml$/;

export function readDocx(bytes: Uint8Array, name: string, { mostUnpacked }: ReadOptions = {}): Document {
  const zip = new ZipMembers(bytes, name, mostUnpacked);
  const names = zip.names.filter((each) => TEXTS.test(each));
  if (!names.some((each) => each.startsWith("word/document"))) {
    throw new DataError("The file cannot be read: it has no word/document.xml, so it is no Word document.", {
      where: name,
      nextStep: "Save it as .docx.",
    });
  }
  const members = names.map((member): [string, TextDocument] => {
    const source = new SourceText(zip.content(member), `${name}, ${member}`);
    return [member, new TextDocument(source, paragraphPlaces(source, readXml(source)))];
  });
  return new DocxDocument(bytes, zip, members);
}

class DocxDocument implements Document {
  readonly segments: readonly Segment[];
  private readonly bytes: Uint8Array;
  private readonly zip: ZipMembers;
  private readonly members: readonly [string, TextDocument][];

  constructor(bytes: Uint8Array, zip: ZipMembers, members: readonly [string, TextDocument][]) {
    this.bytes = bytes;
    this.zip = zip;
    this.members = members;
    this.segments = members.flatMap(([, { segments }]) => segments);
  }

  write(translations: readonly (string | undefined)[], options: WriteOptions = {}): Uint8Array {
    checkCount(translations.length, this.segments.length);
    const altered = new Map<string, Uint8Array>();
    let first = 0;
    for (const [name, document] of this.members) {
      const own = translations.slice(first, first + document.segments.length);
      first += own.length;
      const written = document.write(own, options);
      if (!this.zip.content(name).equals(written)) altered.set(name, written);
    }
    return altered.size === 0 ? Buffer.from(this.bytes) : this.zip.withContents(altered);
  }
}
