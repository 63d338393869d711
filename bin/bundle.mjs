/**
 * Joins the modules of the command and of its packages into few files, dist/command: `nmt` then starts in half of the time. TensorFlow.js and
 * the server's packages stay apart, as do the modules that other programs import (dist/src).
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const outdir = join(root, "dist/command");
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  // Threads and processes are started by path, from where the module that starts them finds itself.
  entryPoints: {
    main: "src/cli/main.ts",
    "encode-worker": "src/data/shards/encode-worker.ts",
    "prefetch-worker": "src/data/batches/prefetch-worker.ts",
    "document-thread": "src/server/documents/document-thread.ts",
    "decoding-child": "src/server/decoding/decoding-child.ts",
  },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // Tables of n-grams are no code to join. Only nmt serve needs hono, which takes the whole of zod where all other commands need little of it.
  external: ["@tensorflow/*", "hono", "@hono/*", "eld/*"],
  chunkNames: "[name]-[hash]",
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  // Packages of CommonJS modules ask for Node's own by this name.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  legalComments: "none",
  logLevel: "warning",
});
