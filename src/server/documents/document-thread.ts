/** A document's thread: reads it, asks for translations of its lines, writes it. The server's own thread stays free for requests. */
import { on } from "node:events";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { toPlain } from "../../base/plain-error.ts";
import { readDocument } from "../../documents/read-document.ts";
import { segmentsToTranslate, translateDocument } from "../../documents/translate-document.ts";
import type { WantedLine } from "../../segments/translate-lines.ts";
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

async function run({ bytes, name, format, source, target, mostUnpacked }: DocumentTask, port: MessagePort) {
  const languages = { sourceLanguage: source, targetLanguage: target };
  const document = readDocument(bytes, name, { ...languages, mostUnpacked }, format);
  const texts = segmentsToTranslate(document).map(({ text, tags }) => (tags.length === 0 ? text : untagged(text)));
  send({ kind: "read", facts: factsOf(texts) });
  const { source: language } = await next("start");
  let id = 0;
  async function* translate(lines: WantedLine[]) {
    send({ kind: "ask", id: ++id, lines });
    const { translations } = await next("answer");
    for (const hypotheses of translations) yield { hypotheses };
  }
  const written = await translateDocument(document, translate, { language });
  const copy = Uint8Array.from(written);
  port.postMessage({ kind: "done", bytes: copy } satisfies ThreadMessage, [copy.buffer]);
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
