/**
 * Keeps what V8 makes of the command's text, dist/command/nmt-….cache, for bin/nmt.js: a third of the time to the first translation would be compiling.
 * Only functions that have run are kept, so the command is run here as it will be, on a model of random weights. Part of `npm run build`;
 * without a cache, or with another version of V8, everything works the same, later.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, Script } from "node:vm";

const command = join(import.meta.dirname, "../dist/command/nmt.cjs");
const built = (path) => import(new URL(`../dist/src/${path}.js`, import.meta.url).href);

/** Characters of the line that bin/bundle.mjs puts first. */
const ID = 72;
/** Sentences that the commands run on. */
const TEXT = [
  "A dog runs in the snow.",
  "Two men, a child (4) and 3 dogs.",
  "",
  "Ein Hund läuft im Schnee; zwei Kinder sehen zu!",
];

if (process.argv[2] === "--run") await run(process.argv[3]);
else prepare();

/** Makes the model, and runs the commands in a process that has its text on standard input. */
async function prepare() {
  const folder = mkdtempSync(join(tmpdir(), "nmt-code-cache-"));
  try {
    await makeModel(folder);
    const { NODE_OPTIONS: _, ...env } = process.env; // Options of V8 are part of what a cache is for.
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--run", folder], {
      env,
      stdio: [openSync(join(folder, "text"), "r"), "ignore", "pipe"],
      encoding: "utf8",
    });
    if (child.status !== 0) throw new Error(child.stderr);
  } catch (error) {
    console.log(`The command was not compiled ahead, and will start later: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A model directory, without training. */
async function makeModel(folder) {
  const [{ selectBackend }, { parseConfig }, { toYaml }, { trainWordpieces }, { Seq2Seq }, { seq2seqOptions }] =
    await Promise.all(
      [
        "backends/select",
        "config/load",
        "config/write",
        "text/wordpiece-trainer",
        "model/seq2seq",
        "model/options",
      ].map(built),
    );
  const { writeSafetensors } = await built("checkpoint/write-safetensors");
  const { namedArrays } = await built("training/run-files");
  await selectBackend({ backend: "cpu" });
  const text = join(folder, "text");
  writeFileSync(text, `${TEXT.join("\n")}\n`);
  const config = parseConfig(
    JSON.stringify({
      save_model: folder,
      train_steps: 1,
      data: { train: { path_src: text, path_tgt: text }, valid: { path_src: text, path_tgt: text } },
      hidden_size: 16,
      encoder_layers: 2,
      decoder_layers: 2,
      num_experts: 2,
      num_experts_per_tok: 1,
      expert_hidden_size: 16,
      moe_encoder_after: [1],
      moe_decoder_after: [1],
    }),
    "the model of code-cache.mjs",
  );
  const wordpieces = trainWordpieces(TEXT, { vocabSize: 320 });
  const model = new Seq2Seq(seq2seqOptions(config, wordpieces), { seed: 1 });
  writeFileSync(join(folder, "config.yaml"), toYaml(config));
  wordpieces.save(join(folder, "wordpiece.model"));
  writeSafetensors(join(folder, "model.safetensors"), namedArrays(model.parameters));
}

/** Runs commands on the model as bin/nmt.js would, and keeps what they needed. */
async function run(folder) {
  const source = readFileSync(command, "utf8");
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: command,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, createRequire(command), loaded, command, dirname(command));
  const text = join(folder, "text");
  const output = join(folder, "output");
  const runs = [
    ["translate", "--model", folder],
    ["translate", "--model", folder, "--beam-size", "1", "--precision", "int8", "--src", text, "--output", output],
    ["score", "--model", folder, "--src", text, "--tgt", text, "--output", output],
    ["evaluate", "--hyp", text, "--ref", text],
    ["translate", "--help"],
    ["--help"],
  ];
  for (const words of runs) {
    const status = await loaded.exports.main(words);
    if (status !== 0) throw new Error(`nmt ${words.join(" ")} ended with ${status}`);
  }
  const name = `nmt-${process.versions.v8}-${process.arch}.cache`;
  const path = join(dirname(command), name);
  // Bundle and cache belong together where they begin with the same line, the bundle's checksum.
  writeFileSync(`${path}.part`, Buffer.concat([Buffer.from(source.slice(0, ID)), script.createCachedData()]));
  renameSync(`${path}.part`, path);
}
