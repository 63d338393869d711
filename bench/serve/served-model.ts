/** `nmt serve` in a process of its own, and what it tells of itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { BackendError } from "../../src/base/errors.ts";

const program = join(import.meta.dirname, "../../bin/nmt.js");

export class ServedModelProcess {
  readonly url: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  /** Starts it on a free port with these further options. Throws BackendError with its messages where it does not serve. */
  static async start(model: string, options: readonly string[]): Promise<ServedModelProcess> {
    const args = [program, "serve", "--model", model, "--port", "0", "--no-access_log", ...options];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    let messages = "";
    const url = await new Promise<string>((resolve, reject) => {
      child.stderr!.setEncoding("utf8").on("data", (text: string) => {
        messages += text;
        const found = / at (http:\S+)/.exec(messages)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once("close", () => reject(new BackendError(`nmt serve ended: ${messages.trim()}`, { where: model })));
    });
    return new ServedModelProcess(child, url);
  }

  /** Resident memory of both processes, in bytes. */
  async memory(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const reading = (name: string) => Number(new RegExp(`^nmt_${name} (.*)$`, "m").exec(text)![1]);
    return reading("memory_bytes") + reading("decoding_memory_bytes");
  }

  /** The languages that it translates first. */
  async pair(): Promise<{ source: string; target: string }> {
    const languages = (await (await fetch(`${this.url}/languages`)).json()) as { code: string; targets: string[] }[];
    const [{ code, targets }] = languages as [{ code: string; targets: string[] }];
    return { source: code, target: targets.find((each) => each !== code)! };
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }
}
