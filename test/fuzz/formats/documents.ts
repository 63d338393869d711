/** Documents to translate, one format a kind: read, translated, written, and read again. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readDocument } from "../../../src/documents/read-document.ts";
import type { Document } from "../../../src/documents/segments/document.ts";
import { DOCX, TEXTS } from "../../documents/sample-documents.ts";
import { expectThat, type Format } from "../format.ts";

const SAMPLES: Readonly<Record<string, Uint8Array[]>> = {
  ...Object.fromEntries(
    Object.entries(TEXTS).map(([name, text]) => [
      name,
      [Buffer.from(text), Buffer.from(text.replaceAll("\n", "\r\n"))],
    ]),
  ),
  "a.docx": [DOCX],
};

export const documents: readonly Format[] = Object.entries(SAMPLES).map(([name, samples]) => ({
  name: `document ${name}`,
  isText: name !== "a.docx",
  samples: () => samples.map((bytes) => ({ files: { [name]: bytes } })),
  read: (folder) => {
    const bytes = readFileSync(join(folder, name));
    const document = readDocument(bytes, join(folder, name));
    const { segments } = document;
    const same = document.write(segments.map(({ current }) => current));
    expectThat(bytes.equals(same), "bytes changed where nothing was translated");
    translateAndRead(document, join(folder, name));
  },
}));

/** What is written for translations of letters and tags is a file of the format. */
function translateAndRead(document: Document, path: string): void {
  const translations = document.segments.map(({ text, tags }) => `x${tags.join("")}y${text.length}`);
  const again = readDocument(document.write(translations, { lostTags: "edges" }), path);
  expectThat(again.segments.length > 0 || document.segments.length === 0, "the translations are lost");
}
