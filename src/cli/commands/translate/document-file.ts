/** Reads a document, translates its text and writes it. */
import { statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { writeFileAtomic } from "../../../base/atomic-file.ts";
import { DataError } from "../../../base/errors.ts";
import { log } from "../../../base/logger.ts";
import { Progress } from "../../../base/progress.ts";
import { nameOfText, streamBytes } from "../../../data/files/bytes.ts";
import type { DocumentFormat } from "../../../documents/document-formats.ts";
import { readDocument } from "../../../documents/read-document.ts";
import type { Segment } from "../../../documents/segments/document.ts";
import { type Recalled, segmentsToTranslate, translateDocument } from "../../../documents/translate-document.ts";
import type { Glossary } from "../../../glossary/glossary.ts";
import type { MaskName } from "../../../segments/masks.ts";
import type { TextCounts } from "../../../segments/text-counts.ts";
import type { TranslateLines, WantedLine } from "../../../segments/translate-lines.ts";
import type { DocumentArguments } from "./document-options.ts";
import type { OpenMemory } from "./memory-options.ts";
import type { OpenTranslator } from "./rank-translator.ts";
import type { Direction } from "./reranking.ts";

export interface DocumentFileArguments extends DocumentArguments {
  placeables: MaskName | undefined;
}

/** Throws DataError for a file that can't be read or written, and what translating throws; nothing is written then. */
export async function translateDocumentFile(
  translator: OpenTranslator<WantedLine>,
  format: DocumentFormat,
  args: DocumentFileArguments,
  { source, target }: Direction,
  { glossaries, memory }: { glossaries: readonly Glossary[]; memory: OpenMemory | undefined },
  counts: TextCounts,
): Promise<void> {
  const name = nameOfText(args.src ?? "-");
  const languages = { sourceLanguage: source, targetLanguage: target };
  const document = readDocument(await wholeFile(args.src ?? "-"), name, languages, format);
  const wanted = segmentsToTranslate(document, args.retranslate).length;
  const progress = new Progress({ label: basename(name), unit: "sentences" });
  let done = 0;
  async function* translate(lines: WantedLine[]): ReturnType<TranslateLines> {
    for await (const translation of translator.translate(lines)) {
      progress.update(++done);
      yield translation;
    }
  }
  const bytes = await translateDocument(document, translate, {
    counts,
    glossaries,
    masks: args.placeables ?? "braces",
    reviewMarks: args.review_marks,
    ...(memory !== undefined && { recall: (segment: Segment) => recalled(memory, segment) }),
    ...(source !== undefined && { language: source }),
    ...(args.retranslate !== undefined && { retranslate: args.retranslate }),
  }).finally(() => progress.end());
  await writeOutput(args.output, bytes);
  const others = document.segments.length - wanted;
  const kept = others === 0 ? "" : `; ${others} had a translation, which stays (--retranslate)`;
  log.info(`${name}: ${wanted} texts of ${format} translated${kept}`);
}

function recalled(memory: OpenMemory, segment: Segment): Recalled | undefined {
  const hit = memory.recall(segment);
  return hit && { translation: hit.target, isExact: hit.similarity === 1 };
}

async function wholeFile(path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of streamBytes(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function writeOutput(path: string | undefined, bytes: Uint8Array): Promise<void> {
  try {
    if (path === undefined || path === "-") {
      await new Promise<void>((resolve, reject) =>
        process.stdout.write(bytes, (error) => (error ? reject(error) : resolve())),
      );
    } else if (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true) writeFileAtomic(path, bytes);
    else writeFileSync(path, bytes);
  } catch (cause) {
    throw new DataError(`the output cannot be written: ${(cause as Error).message}`, {
      where: path ?? "standard output",
      nextStep: "Check the path, its permissions and the free space.",
      cause,
    });
  }
}
