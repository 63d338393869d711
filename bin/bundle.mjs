/**
 * Joins the modules of the command and of its packages into one file, dist/command/nmt.cjs, and those of its threads into one each: hundreds of modules
 * take longer to find than to run. TensorFlow.js and the server's packages stay apart, as do the modules that other programs import (dist/src).
 */
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const outdir = join(root, "dist/command");

/** Parts of Node that take a while to load, and that not every command uses. */
const BUILT_IN = [
  "assert",
  "child_process",
  "crypto",
  "http",
  "https",
  "net",
  "perf_hooks",
  "readline",
  "worker_threads",
  "zlib",
];
/** Packages of which each run uses little, or nothing: `string-width` measures texts for `--help` alone, and makes a long regular expression for it. */
const LATE = ["string-width"];

/** Loads the modules above when something of them is first used, not when the module that imports them starts. */
const late = {
  name: "late",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) =>
      BUILT_IN.includes(path.slice("node:".length)) ? { path, namespace: "built-in" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "built-in" }, ({ path }) => {
      const names = Object.keys(createRequire(import.meta.url)(path)).filter((name) => /^[a-zA-Z_]\w*$/.test(name));
      const getters = names.map((name) => `get ${name}() { return __require(${JSON.stringify(path)}).${name}; }`);
      return { contents: `module.exports = {${getters.join(",\n")}};` };
    });
    onResolve({ filter: new RegExp(`^(${LATE.join("|")})$`) }, (found) =>
      found.namespace === "late"
        ? undefined
        : { path: `${found.path} of ${found.resolveDir}`, namespace: "late", pluginData: found },
    );
    onLoad({ filter: /.*/, namespace: "late" }, ({ pluginData: { path, resolveDir } }) => ({
      contents: `let found; module.exports = (...values) => (found ??= require(${JSON.stringify(path)}).default)(...values);`,
      resolveDir,
    }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  // Tables of n-grams are no code to join. Only nmt serve needs hono, which takes the whole of zod where all other commands need little of it.
  external: ["@tensorflow/*", "hono", "@hono/*", "eld/*"],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
};

rmSync(outdir, { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { nmt: "src/cli/main.ts" },
  outdir,
  outExtension: { ".js": ".cjs" },
  // CommonJS: as one script it can be kept compiled (code-cache.mjs), and its modules start when they are first needed.
  format: "cjs",
  define: { "import.meta.url": "__moduleUrl" },
  banner: {
    js: '"use strict"; const __moduleUrl = require("node:url").pathToFileURL(__filename).href; const __require = require;',
  },
  plugins: [late],
});
const command = join(outdir, "nmt.cjs");
const text = readFileSync(command);
writeFileSync(command, `// nmt ${createHash("sha256").update(text).digest("hex")}\n${text}`);
await build({
  ...common,
  // Threads and processes are started by path, from where the module that starts them finds itself.
  entryPoints: {
    "encode-worker": "src/data/shards/encode-worker.ts",
    "prefetch-worker": "src/data/batches/prefetch-worker.ts",
    "document-thread": "src/server/documents/document-thread.ts",
    "decoding-child": "src/server/decoding/decoding-child.ts",
  },
  outdir,
  splitting: true,
  format: "esm",
  chunkNames: "[name]-[hash]",
  // Packages of CommonJS modules ask for Node's own by this name.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
