/** Translates one document in a thread of its own: what it asks for is answered here. */
import type { Worker } from "node:worker_threads";
import { NmtError } from "../../base/errors.ts";
import { fromPlain } from "../../base/plain-error.ts";
import { startThread } from "../../base/threads/start-thread.ts";
import type { TextCounts } from "../../segments/text-counts.ts";
import type { LineHypothesis, WantedLine } from "../../segments/translate-lines.ts";
import { RequestError } from "../request-error.ts";
import type { DocumentFacts, DocumentTask, LegTexts, ServerMessage, ThreadMessage } from "./messages.ts";

/** What the server does for a document. */
export interface DocumentHelp {
  /** Told what there is to translate, before it begins; gives the legs of the route. May throw. */
  begin(facts: DocumentFacts): LegTexts[];
  /** Hypotheses of each line, best first, on a leg of the route. */
  translate(lines: readonly WantedLine[], leg: number): Promise<LineHypothesis[][]>;
  /** Ends the work, and the thread. */
  signal: AbortSignal;
}

/** Megabytes of objects that a thread may have: more ends the thread, not the server. */
const HEAP_MB = 512;

/** A translated document, and what became of its sentences. */
export interface WrittenDocument {
  bytes: Uint8Array;
  counts: TextCounts;
}

/**
 * The translated document. Rejects with DataError and UsageError of reading it, RequestError 413 for one that takes too much memory, what `help`
 * throws, and the signal's reason.
 */
export async function runDocument(task: DocumentTask, help: DocumentHelp): Promise<WrittenDocument> {
  help.signal.throwIfAborted();
  const thread = startThread(new URL("./document-thread", import.meta.url), task, {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<WrittenDocument>((resolve, reject) => {
      onAbort = () => reject(help.signal.reason);
      help.signal.addEventListener("abort", onAbort);
      thread.on("message", (message: ThreadMessage) => {
        if (message.kind === "done") resolve(message);
        else if (message.kind === "failed") reject(fromPlain(message.error));
        else answer(message, thread, help).catch(reject);
      });
      thread.on("error", (error) => reject(threadError(error, task.name)));
      thread.on("exit", () => reject(new NmtError("the document's thread has ended", { where: task.name })));
    });
  } finally {
    help.signal.removeEventListener("abort", onAbort!);
    void thread.terminate();
  }
}

async function answer(
  message: Extract<ThreadMessage, { kind: "read" | "ask" }>,
  thread: Worker,
  { begin, translate }: DocumentHelp,
): Promise<void> {
  const reply: ServerMessage =
    message.kind === "read"
      ? { kind: "start", legs: begin(message.facts) }
      : { kind: "answer", translations: await translate(message.lines, message.leg) };
  thread.postMessage(reply);
}

function threadError(error: unknown, name: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  return new RequestError(413, `${name} takes more memory than this server has for a document.`, {
    nextStep: "Split it.",
    cause: error,
  });
}
