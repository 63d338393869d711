/** `nmt translate` as a user runs it, timed from start to end. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackendError } from "../../src/base/errors.ts";

const program = join(import.meta.dirname, "../../bin/nmt.js");

/** The translations, and the seconds that they took beyond those of a single line: starting is not counted. */
export async function translateWithCommand(
  model: string,
  lines: readonly string[],
  options: readonly string[],
): Promise<{ seconds: number; translations: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "bench-serve-"));
  try {
    const single = await run(folder, model, lines.slice(0, 1), options);
    const all = await run(folder, model, lines, options);
    return { seconds: all.seconds - single.seconds, translations: all.translations };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(folder: string, model: string, lines: readonly string[], options: readonly string[]) {
  const [src, output] = [join(folder, "src"), join(folder, "out")];
  writeFileSync(src, `${lines.join("\n")}\n`);
  const args = [program, "translate", "--model", model, "--src", src, "--output", output, ...options];
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new BackendError(`nmt translate failed: ${messages.trim()}`, { where: model });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, translations: readFileSync(output, "utf8").trimEnd().split("\n") };
}
