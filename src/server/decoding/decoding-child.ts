/** The decoding process: reads questions from the server that started it, answers them, and ends with it. */
import { toPlain } from "../../base/plain-error.ts";
import { Decoder } from "./decoder.ts";
import type { Answer, Notice, Question } from "./messages.ts";

const decoder = new Decoder();
/** By the numbers of questions that are not answered. */
const open = new Map<number, AbortController>();

// The server tells when to end. Signals to a whole terminal or service reach this process too, before what was accepted is finished.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// The channel closes with the server, however that ends.
process.on("disconnect", () => process.exit());
process.on("message", (message: Question | Notice) => {
  if (message.kind === "cancel") open.get(message.id)?.abort(new Error("nobody waits for it"));
  else if (message.kind === "unload") decoder.unload(message.model);
  else void answer(message);
});

async function answer(question: Question): Promise<void> {
  const { id } = question;
  const stop = new AbortController();
  open.set(id, stop);
  const result = await decoder.answer(question, stop.signal).then(
    (value) => ({ value }),
    (error: unknown) => ({ error: toPlain(error) }),
  );
  open.delete(id);
  // Where the server is gone, so is this process in a moment.
  send({ id, memory: process.memoryUsage.rss(), ...result });
}

function send(message: Answer): void {
  process.send!(message, undefined, undefined, () => {});
}
