/** `nmt serve` in a process of its own, and what it tells of itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BackendError } from "../../src/base/errors.ts";

const program = join(import.meta.dirname, "../../bin/nmt.js");

export class ServedModelProcess {
  readonly url: string;
  /** Requests for translation by the status that the access log has for them, where it was asked for one. */
  readonly logged: Record<string, number> = {};
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  /** Starts it on a free port with these further options. Throws BackendError with its messages where it does not serve. */
  static async start(model: string, options: readonly string[], withLog = false): Promise<ServedModelProcess> {
    const log = withLog ? [] : ["--no-access_log"];
    const args = [program, "serve", "--model", model, "--port", "0", ...log, ...options];
    const child = spawn(process.execPath, args, { stdio: ["ignore", withLog ? "pipe" : "ignore", "pipe"] });
    let messages = "";
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr!.setEncoding("utf8").on("data", (text: string) => {
        messages += text;
        const found = / at (http:\S+)/.exec(messages)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once("close", () => reject(new BackendError(`nmt serve ended: ${messages.trim()}`, { where: model })));
    });
    const server = new ServedModelProcess(child, url);
    if (withLog) server.readLog();
    return server;
  }

  /** Number of the decoding process in the system; undefined while there is none. Linux alone tells. */
  get decodingPid(): number | undefined {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .find((pid) => parentOf(pid) === this.child.pid);
  }

  /** Resident memory of the server and of its decoding process, in bytes. */
  async memory(): Promise<{ server: number; decoding: number }> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const reading = (name: string) => Number(new RegExp(`^nmt_${name} (.*)$`, "m").exec(text)![1]);
    return { server: reading("memory_bytes"), decoding: reading("decoding_memory_bytes") };
  }

  /** Milliseconds of computing so far, of the server and of its decoding process. Linux alone tells. */
  cpu(): { server: number; decoding: number } {
    const decoding = this.decodingPid;
    return { server: cpuTime(this.child.pid!), decoding: decoding === undefined ? 0 : cpuTime(decoding) };
  }

  /** The languages that it translates first. */
  async pair(): Promise<{ source: string; target: string }> {
    const languages = (await (await fetch(`${this.url}/languages`)).json()) as { code: string; targets: string[] }[];
    const [{ code, targets }] = languages as [{ code: string; targets: string[] }];
    return { source: code, target: targets.find((each) => each !== code)! };
  }

  /** Sends SIGTERM; the exit code, once all of its log was read. */
  async stop(): Promise<number | null> {
    const ended = once(this.child, "close");
    this.child.kill("SIGTERM");
    const [code] = (await ended) as [number | null];
    return code;
  }

  private readLog(): void {
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      const { path, status } = JSON.parse(line) as { path: string; status: number };
      if (path === "/translate") this.logged[status] = (this.logged[status] ?? 0) + 1;
    });
  }
}

function parentOf(pid: number): number | undefined {
  return statFields(pid)?.[1];
}

/** The system counts in hundredths of a second. */
function cpuTime(pid: number): number {
  const fields = statFields(pid) ?? [];
  return 10 * ((fields[11] ?? 0) + (fields[12] ?? 0));
}

/** Fields of /proc/PID/stat from the third on, after the name in parentheses; undefined where there is no such process. */
function statFields(pid: number): number[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ").map(Number);
  } catch {
    return undefined;
  }
}
