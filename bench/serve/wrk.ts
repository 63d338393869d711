/** Load by wrk (https://github.com/wg/wrk), whose own computing is a hundredth of what a client in JavaScript takes from the server that it measures. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackendError } from "../../src/base/errors.ts";
import type { Load } from "./load.ts";

export type WrkLoad = Pick<Load, "url" | "texts" | "source" | "target" | "connections"> & { seconds: number };

export interface WrkReport {
  requests: number;
  /** Of them, those that were not answered with a status below 400. */
  refused: number;
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** Each connection sends the texts one after another, from the first again after the last. Throws BackendError where wrk is not there or fails. */
export async function loadWithWrk({ url, texts, source, target, connections, seconds }: WrkLoad): Promise<WrkReport> {
  const folder = mkdtempSync(join(tmpdir(), "bench-wrk-"));
  const script = join(folder, "load.lua");
  writeFileSync(
    script,
    luaScript(
      texts.map((q) => JSON.stringify({ q, source, target })),
      `${url}/translate`,
    ),
  );
  try {
    const args = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--timeout", "60s", "-s", script, url];
    const child = spawn("wrk", args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const [code] = (await once(child, "close").catch((cause) => {
      throw new BackendError("wrk cannot be started", { nextStep: "Install it, or leave --wrk out.", cause });
    })) as [number | null];
    const found = /^report (\{.*\})$/m.exec(output)?.[1];
    if (code !== 0 || found === undefined) throw new BackendError(`wrk failed: ${output.trim()}`);
    return JSON.parse(found) as WrkReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A script of one thread; JSON's strings are Lua's, but for their escapes, so that bytes are written as such. */
function luaScript(bodies: readonly string[], path: string): string {
  const quoted = (text: string) => {
    const bytes = [...Buffer.from(text)];
    const plain = (byte: number) => byte >= 32 && byte < 127 && byte !== 34 && byte !== 92;
    return `"${bytes.map((byte) => (plain(byte) ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, "0")}`)).join("")}"`;
  };
  return `local bodies = {${bodies.map(quoted).join(",\n")}}
local requests, at = {}, 0
function init()
  for i, body in ipairs(bodies) do
    requests[i] = wrk.format("POST", ${quoted(new URL(path).pathname)}, {["Content-Type"] = "application/json"}, body)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('report {"requests": %d, "refused": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f}\\n', summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
`;
}
