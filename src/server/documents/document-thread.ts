/** A document's thread: reads it, asks for translations of its lines, writes it. The server's own thread stays free for requests. */
import { on } from "node:events";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { toPlain } from "../../base/plain-error.ts";
import { readDocument } from "../../documents/read-document.ts";
import { segmentsToTranslate, translateSegmentsOf } from "../../documents/translate-document.ts";
import { Glossary } from "../../glossary/glossary.ts";
import { textCounts } from "../../segments/text-counts.ts";
import type { TranslateLines, WantedLine } from "../../segments/translate-lines.ts";
import { translateTexts } from "../../segments/translate-text.ts";
import type { DocumentFacts, DocumentTask, ServerMessage, ThreadMessage } from "./messages.ts";

/** Characters that a language is detected from. */
const SAMPLE = 2000;

const port = parentPort!;
const messages: AsyncIterator<[ServerMessage]> = on(port, "message") as never;

try {
  await run(workerData as DocumentTask, port);
} catch (error) {
  send({ kind: "failed", error: toPlain(error) });
}
port.close();

async function run(task: DocumentTask, port: MessagePort) {
  const { bytes, name, format, source, target, masks, mostUnpacked } = task;
  const languages = { sourceLanguage: source, targetLanguage: target };
  const document = readDocument(bytes, name, { ...languages, mostUnpacked }, format);
  const texts = segmentsToTranslate(document).map(({ text, tags }) => (tags.length === 0 ? text : untagged(text)));
  send({ kind: "read", facts: factsOf(texts) });
  const { legs } = await next("start");
  const counts = textCounts();
  const written = await translateSegmentsOf(document, async (segments) => {
    let found = segments.map(({ text }) => text);
    for (const [leg, { source: language, glossaries: lists }] of legs.entries()) {
      const glossaries = lists.map((entries) => new Glossary(entries));
      const between = segments.map((segment, i) => ({ ...segment, text: found[i]! }));
      found = await translateTexts((lines) => asked(leg, lines), between, { language, masks, glossaries, counts });
    }
    return found;
  });
  const copy = Uint8Array.from(written);
  port.postMessage({ kind: "done", bytes: copy, counts } satisfies ThreadMessage, [copy.buffer]);
}

async function* asked(leg: number, lines: WantedLine[]): ReturnType<TranslateLines> {
  send({ kind: "ask", leg, lines });
  const { translations } = await next("answer");
  for (const hypotheses of translations) yield { hypotheses };
}

function factsOf(texts: readonly string[]): DocumentFacts {
  let sample = "";
  for (const text of texts) {
    if (sample.length >= SAMPLE) break;
    sample += `${text.slice(0, SAMPLE)}\n`;
  }
  return { texts: texts.length, characters: texts.reduce((sum, { length }) => sum + length, 0), sample };
}

function untagged(text: string): string {
  return text.replace(/<\/?\d+\/?>/g, "");
}

function send(message: ThreadMessage): void {
  port.postMessage(message);
}

async function next<Kind extends ServerMessage["kind"]>(kind: Kind): Promise<Extract<ServerMessage, { kind: Kind }>> {
  const { value } = await messages.next();
  const [message] = value as [ServerMessage];
  if (message.kind !== kind) throw new Error(`${kind} should come, not ${message.kind}`);
  return message as never;
}
