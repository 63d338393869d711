/** Corpora of OPUS and the Hub, downloaded from a local server. */
import { join } from "node:path";
import { build } from "esbuild";
import { Random } from "../../src/base/random.ts";
import type { ChildTask } from "./download-child.ts";
import type { KillTask, OpenTask } from "./kill-task.ts";
import { serveSlowly } from "./slow-server.ts";

export const downloadTask =
  (kind: ChildTask["kind"]): OpenTask =>
  async (folder, { seed }): Promise<KillTask> => {
    const server = await serveSlowly(new Random(seed));
    const [cache, output] = [join(folder, "cache"), join(folder, "corpus")];
    const task: ChildTask = { kind, mirror: server.url, cache, output };
    return {
      words: [await bundledChild(folder), JSON.stringify(task)],
      output,
      kept: [cache],
      bytes: server,
      close: server.close,
    };
  };

/** One file starts in a fraction of the time that the sources take. */
async function bundledChild(folder: string): Promise<string> {
  const outfile = join(folder, "child.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "download-child.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    // Packages that are CommonJS ask for Node's own modules.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return outfile;
}
