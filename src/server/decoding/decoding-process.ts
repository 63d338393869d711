/**
 * The process that holds the models and decodes, as the server sees it: started, asked, and started again with its models where it ends
 * unasked. So a fault in a kernel or a damaged file that is mapped into memory costs the requests under way, not the server.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { formatError } from "../../base/errors.ts";
import { log } from "../../base/logger.ts";
import { fromPlain } from "../../base/plain-error.ts";
import type { InferenceOptions } from "../../inference/open-model.ts";
import { RequestError } from "../request-error.ts";
import { type DirectoryLoad, ExpertLoads } from "./expert-loads.ts";
import type { Answer, Notice, Question, Services } from "./messages.ts";
import { RemoteModel } from "./remote-model.ts";

/** Milliseconds until the process is started again, at most. */
const MOST_DELAY = 10_000;
/** Milliseconds after which a process has lasted. */
const LASTING = 10_000;
/** Questions wait for a start that is so many milliseconds away at most; beyond that they are refused. */
const PATIENCE = 1000;

/** Milliseconds in which it tells of its experts, or else what it last told holds. */
const TELLING = 1000;

interface OpenCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

interface LoadedDirectory {
  directory: string;
  engine: InferenceOptions;
  onLost(): void;
}

export class DecodingProcess {
  private readonly engine: InferenceOptions;
  private readonly firstDelay: number;
  private child: ChildProcess | undefined;
  private readonly calls = new Map<number, OpenCall>();
  /** Open models by number: loaded again after a start. */
  private readonly models = new Map<number, LoadedDirectory>();
  private readonly waiting: OpenCall[] = [];
  private numbers = 0;
  private failures = 0;
  private startedAt = 0;
  private startAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  /** Of processes that have ended, and what the present one has last told. */
  private readonly endedLoads = new ExpertLoads();
  private loads: DirectoryLoad[] = [];
  private telling: Promise<void> | undefined;
  /** How often it was started again. */
  restarts = 0;
  /** Bytes that it last had in memory. */
  memory = 0;

  /**
   * Starts it; `engine`: what models run on. Where it has ended it is started again `firstDelay` milliseconds later, and twice as many each
   * time that it did not last.
   */
  constructor(engine: InferenceOptions, firstDelay = 100) {
    this.engine = engine;
    this.firstDelay = firstDelay;
    this.start();
  }

  /** Its number in the system; undefined while there is none. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Opens a model, with the adapter of another directory if one is named. Rejects with the errors of opening it, and with RequestError 503 where the process ends meanwhile. `onLost` is called
   * where the process was started again and cannot open it any more.
   */
  async load(directory: string, onLost: () => void, adapter?: string): Promise<RemoteModel> {
    const number = ++this.numbers;
    const engine = { ...this.engine, ...(adapter !== undefined && { adapter }) };
    const facts = await this.ask("load", { model: number, directory, engine }).catch((error: unknown) => {
      this.tell({ kind: "unload", model: number });
      throw error;
    });
    this.models.set(number, { directory, engine, onLost });
    return new RemoteModel(facts, {
      ask: (kind, question, signal) =>
        this.ask(kind, { ...question, model: number } as Services[typeof kind]["ask"], signal),
      close: () => this.unload(number),
    });
  }

  /** What experts have worked on, by directory and layer: all that `readExpertLoads` and the ends of processes have told. */
  get expertLoads(): DirectoryLoad[] {
    return new ExpertLoads().addAll(this.endedLoads.list()).addAll(this.loads).list();
  }

  /** Asks what experts have worked on. A process that has ended, or that is too busy to tell, leaves what was known. */
  async readExpertLoads(): Promise<void> {
    if (this.child === undefined) return;
    this.telling ??= this.ask("expertLoads", {})
      .then((loads) => {
        this.loads = loads;
      })
      .catch(() => {})
      .finally(() => {
        this.telling = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, TELLING);
    });
    await Promise.race([this.telling, patience]);
    clearTimeout(timer);
  }

  /** Ends the process at once: it has nothing to save. What is still asked of it is refused. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.splice(0)) reject(unavailable("The server is stopping.", 5));
    const { child } = this;
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  private async ask<Kind extends keyof Services>(
    kind: Kind,
    question: Services[Kind]["ask"],
    signal?: AbortSignal,
  ): Promise<Services[Kind]["answer"]> {
    if (this.child === undefined) await this.nextStart();
    signal?.throwIfAborted();
    const id = ++this.numbers;
    return new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        this.calls.delete(id);
        this.tell({ kind: "cancel", id });
        reject(signal!.reason);
      };
      signal?.addEventListener("abort", cancel, { once: true });
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T) => {
          signal?.removeEventListener("abort", cancel);
          settle(value);
        };
      };
      this.calls.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.tell({ kind, id, ...question } as Question);
    }) as Promise<Services[Kind]["answer"]>;
  }

  private nextStart(): Promise<unknown> {
    const delay = this.startAt - performance.now();
    if (this.closed || delay > PATIENCE) {
      return Promise.reject(unavailable("The decoding process has ended.", Math.max(1, Math.ceil(delay / 1000))));
    }
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  private tell(message: Question | Notice): void {
    // Of a process that has ended, its end tells.
    this.child?.send(message, () => {});
  }

  private unload(number: number): void {
    if (this.models.delete(number)) this.tell({ kind: "unload", model: number });
  }

  private start(): void {
    const child = startChild();
    this.child = child;
    this.startedAt = performance.now();
    child.on("message", (message: Answer) => this.take(message));
    const onEnd = (why: string) => {
      if (this.child !== child) return;
      this.child = undefined;
      this.ended(why);
    };
    child.once("exit", (code, signal) => onEnd(signal ?? `code ${code}`));
    child.once("error", (error) => onEnd(error.message));
    for (const [number, model] of this.models) void this.reload(number, model);
    for (const { resolve } of this.waiting.splice(0)) resolve(undefined);
  }

  /** What is asked of it meanwhile waits in the process. */
  private async reload(number: number, { directory, engine, onLost }: LoadedDirectory): Promise<void> {
    try {
      await this.ask("load", { model: number, directory, engine });
    } catch (error) {
      // Where the process has ended again, the next one is told.
      if (error instanceof RequestError) return;
      log.warn(`a model cannot be loaded any more: ${formatError(error)}`);
      this.unload(number);
      onLost();
    }
  }

  private take(message: Answer): void {
    this.memory = message.memory;
    const call = this.calls.get(message.id);
    this.calls.delete(message.id);
    if ("value" in message) call?.resolve(message.value);
    else call?.reject(fromPlain(message.error));
  }

  private ended(why: string): void {
    const calls = [...this.calls.values()];
    this.calls.clear();
    this.memory = 0;
    this.endedLoads.addEnded(this.loads);
    this.loads = [];
    const lasted = performance.now() - this.startedAt >= LASTING;
    this.failures = lasted ? 0 : this.failures + 1;
    const delay = Math.min(this.firstDelay * 2 ** Math.max(0, this.failures - 1), MOST_DELAY);
    this.startAt = performance.now() + delay;
    if (!this.closed) {
      log.warn(
        `the decoding process has ended (${why}); ${calls.length} batches are lost; it starts in ${delay / 1000} s`,
      );
      this.timer = setTimeout(() => {
        this.restarts++;
        this.start();
      }, delay);
    }
    const error = unavailable("The decoding process has ended while it worked on this.", Math.ceil(delay / 1000));
    for (const { reject } of calls) reject(error);
  }
}

function unavailable(message: string, retryAfter: number): RequestError {
  return new RequestError(503, message, { nextStep: `Try again in ${retryAfter} s.`, retryAfter });
}

/** JavaScript when installed, TypeScript in the source tree. Its messages go where the server's go: standard output is for the access log. */
function startChild(): ChildProcess {
  const isSource = import.meta.url.endsWith(".ts");
  const module = isSource ? "./decoding-child.source.mjs" : "./decoding-child.js";
  return fork(fileURLToPath(new URL(module, import.meta.url)), [], {
    execArgv: isSource ? [] : process.execArgv.filter((option) => !option.startsWith("--inspect")),
    stdio: ["ignore", 2, 2, "ipc"],
    serialization: "json",
    // A terminal's signals reach its whole process group.
    detached: process.platform !== "win32",
  });
}
