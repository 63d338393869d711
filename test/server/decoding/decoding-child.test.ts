/** Source of truth: the messages that its own protocol promises, sent to the process itself. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Answer, Notice, Question } from "../../../src/server/decoding/messages.ts";
import { writePairModels } from "../toy-models.ts";

let child: ChildProcess;
let numbers = 0;
const module = join(import.meta.dirname, "../../../src/server/decoding/decoding-child.source.mjs");

beforeAll(async () => {
  const [directory] = (await writePairModels(["en-de"])) as [string];
  child = fork(module, [], { execArgv: [] });
  await ask({ kind: "load", id: ++numbers, model: 1, directory, engine: { threads: 1 } });
});
afterAll(() => {
  child.kill("SIGKILL");
});

const tell = (message: Question | Notice) => child.send(message);

function ask(question: Question): Promise<Answer> {
  return new Promise((resolve) => {
    const onMessage = (answer: Answer) => {
      if (answer.id !== question.id) return;
      child.off("message", onMessage);
      resolve(answer);
    };
    child.on("message", onMessage);
    tell(question);
  });
}

function translate(lines: string[]) {
  const id = ++numbers;
  return { id, answer: ask({ kind: "translate", id, model: 1, options: {}, lines: lines.map((text) => ({ text })) }) };
}

test("what is cancelled ends, whatever of it is done", async () => {
  const { id, answer } = translate(Array.from({ length: 500 }, (_, i) => "abc def ".repeat(1 + (i % 9))));
  tell({ kind: "cancel", id });
  expect(await answer).toMatchObject({ error: { message: "nobody waits for it" } });
});

test("a model that is let go while it works on something finishes that", async () => {
  const { answer } = translate(["abc"]);
  const id = ++numbers;
  tell({ kind: "unload", model: 1 });
  expect(await answer).toMatchObject({ value: { lines: [{ tooLong: false }] }, memory: expect.any(Number) });
  expect(await ask({ kind: "translate", id, model: 1, options: {}, lines: [{ text: "abc" }] })).toMatchObject({
    error: { message: "there is no model 1" },
  });
});

test("signals to a whole terminal or service do not end it, but the end of its server does", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) child.kill(signal);
  expect(await translate(["a"]).answer).toMatchObject({ error: expect.anything() });
  const ended = once(child, "exit");
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});
