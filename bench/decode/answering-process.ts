/** A program that stays: it says once that it is ready, then answers each line of JSON with one. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { BackendError } from "../../src/base/errors.ts";
import type { Child, Json } from "../child.ts";

/** Characters of standard error that are kept for an error's text. */
const KEPT_ERRORS = 4000;

export class AnsweringProcess {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly child: Child;
  private readonly answers: Json[] = [];
  private readonly closed: Promise<void>;
  private errors = "";
  private failure: BackendError | undefined;
  private wake = () => {};

  constructor(child: Child) {
    this.child = child;
    this.process = spawn(child.command, child.args, { env: child.env ?? process.env });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.errors = (this.errors + text).slice(-KEPT_ERRORS);
    });
    // A process that has ended is told by `close`.
    this.process.stdin.on("error", () => {});
    createInterface({ input: this.process.stdout }).on("line", (line) => this.hear(line));
    this.closed = new Promise((resolve) => {
      this.process.on("error", (error) => this.fail(error.message, error));
      this.process.on("close", () => {
        this.fail(this.errors.trim().split("\n").slice(-3).join(" "));
        resolve();
      });
    });
  }

  /** What the program says next. Throws BackendError, with the end of its standard error, where it ends instead. */
  async answer(): Promise<Json> {
    while (this.answers.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.answers.shift()!;
  }

  /** Throws BackendError as `answer` does. */
  ask(request: Json): Promise<Json> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  /** Ends its input and waits for its end. */
  async close(): Promise<void> {
    this.process.stdin.end();
    await this.closed;
  }

  private hear(line: string): void {
    try {
      this.answers.push(JSON.parse(line) as Json);
    } catch (cause) {
      this.fail(`it printed "${line.slice(0, 100)}", which is no JSON`, cause);
    }
    this.wake();
  }

  private fail(why: string, cause?: unknown): void {
    const { command, args } = this.child;
    this.failure ??= new BackendError(`${command} failed: ${why}`, { where: [command, ...args].join(" "), cause });
    this.wake();
  }
}
