#!/usr/bin/env node
"use strict";
const { readFileSync } = require("node:fs");
const module_ = require("node:module");
const { dirname, join } = require("node:path");
const { constants, Script } = require("node:vm");

const command = join(__dirname, "../dist/command/nmt.cjs");
/** What this engine's compiler has made of the command, where the build ran on the same (bin/code-cache.mjs). */
const compiled = join(dirname(command), `nmt-${process.versions.v8}-${process.arch}.cache`);
/** Characters of the line that bin/bundle.mjs puts first. */
const ID = 72;

/** The bytes of that file, if it is there and of this build: both begin with the checksum of the text. Of the text itself V8 compares the length. */
function compiledOf(text) {
  try {
    const bytes = readFileSync(compiled);
    return bytes.toString("latin1", 0, ID) === text.slice(0, ID) ? bytes.subarray(ID) : undefined;
  } catch {
    return undefined;
  }
}

/** The exports of the command. */
function load() {
  const text = readFileSync(command, "utf8");
  const cachedData = compiledOf(text);
  if (cachedData === undefined) {
    // Where Node has it, compiled code is kept between runs.
    module_.enableCompileCache?.();
    return require(command);
  }
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`, {
    filename: command,
    // V8 refuses what is damaged, or what another version or other options of it have made, and compiles then.
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const loaded = { exports: {} };
  script.runInThisContext()(loaded.exports, module_.createRequire(command), loaded, command, dirname(command));
  return loaded.exports;
}

load()
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
