/**
 * `npm run kills`: downloads of OPUS and the Hub, imports, fine-tuning and training by ranks, killed at random moments of their whole time; fails where any run that came to
 * its end left other files than an undisturbed one. The command is the built one.
 */
import { join } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { runWithKills } from "./run.ts";
import { TASKS } from "./tasks.ts";

const names = Object.keys(TASKS) as (keyof typeof TASKS)[];
const { times, seed, only } = yargs(hideBin(process.argv))
  .scriptName("npm run kills --")
  .option("times", { type: "number", default: 100, describe: "Kills of each" })
  .option("seed", { type: "number", default: 1, describe: "Chooses other moments" })
  .option("only", { choices: names, array: true, default: names, describe: "What to kill" })
  .strict()
  .parseSync();

const nmt = [join(import.meta.dirname, "../../bin/nmt.js")];
for (const name of only) {
  const result = await runWithKills({ open: TASKS[name], nmt, kills: times, seed, by: "time" });
  const { killed, ended, differences } = result;
  console.log(`${name}: ${killed} runs killed, ${ended} came to their end, ${differences.length} files differ`);
  for (const path of differences) console.log(`  ${path}`);
  if (differences.length > 0) process.exitCode = 1;
}
