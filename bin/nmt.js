#!/usr/bin/env node
import module from "node:module";

// Where Node has it, compiled code is kept between runs.
module.enableCompileCache?.();
const { main } = await import("../dist/command/main.js");
process.exitCode = await main(process.argv.slice(2));
