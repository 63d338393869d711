/** A rank of an MPI job in the source tree: `node mpi-program.mjs MODULE INPUT` runs the module's `run(ranks, input)` and writes its result. */
import { appendFileSync } from "node:fs";
import { register } from "tsx/esm/api";

const [module, input, output] = process.argv.slice(2);
register();
const { joinJob } = await import("../../src/parallel/join.ts");
const { run } = await import(module);
const ranks = await joinJob();
const result = await run(ranks, JSON.parse(input));
appendFileSync(`${output}.${ranks.rank}`, JSON.stringify(result));
await ranks.close();
