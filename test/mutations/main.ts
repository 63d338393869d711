/** `npm run mutate`: makes known mistakes in copies of the source, one at a time, and says which ones no test notices. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { namedMutations } from "./list.ts";
import { abandonMutations, type MutationResult, runMutations } from "./run.ts";

const options = yargs(hideBin(process.argv))
  .scriptName("npm run mutate --")
  .option("only", { type: "string", describe: "Those whose concept and name match this regular expression" })
  .option("jobs", { type: "number", default: 1, describe: "Copies of the project worked on side by side" })
  .option("list", { type: "boolean", default: false, describe: "Names them and does nothing" })
  .option("json", { type: "boolean", default: false, describe: "Results as JSON on standard output" })
  .option("patience", { type: "number", default: 10, describe: "Minutes after which tests count as hanging" })
  .strict()
  .parseSync();

const chosen = namedMutations().filter(({ name }) => new RegExp(options.only ?? "", "i").test(name));
if (options.list) {
  for (const { name, file } of chosen) console.log(`${name} (${file})`);
} else {
  process.exitCode = await run();
}

async function run(): Promise<number> {
  process.once("exit", abandonMutations);
  for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
    process.on(signal, () => process.exit(code));
  }
  const width = String(chosen.length).length;
  const show = options.json ? console.error : console.log;
  const results = await runMutations(chosen, {
    root: join(import.meta.dirname, "..", ".."),
    jobs: options.jobs,
    workers: Math.max(1, Math.floor(availableParallelism() / options.jobs)),
    patience: options.patience * 60_000,
    onResult: (result, done) => show(`${String(done).padStart(width)}/${chosen.length} ${line(result)}`),
  });
  const count = (of: MutationResult["verdict"]) => results.filter(({ verdict }) => verdict === of).length;
  const faults = count("survived") + count("stale") + count("broken");
  show(
    `\n${count("killed")} killed, ${count("survived")} survived, ${count("stale")} stale, ${count("broken")} broken`,
  );
  for (const result of results) if (result.verdict !== "killed") show(`  ${line(result)}`);
  if (options.json) {
    const rows = results.map(({ mutation: { name, file }, verdict, detail }) => ({ name, file, verdict, detail }));
    console.log(JSON.stringify(rows, undefined, 2));
  }
  return faults === 0 ? 0 : 1;
}

function line({ mutation: { name, file }, verdict, detail }: MutationResult): string {
  if (verdict === "killed") return `${name}: killed by ${detail}`;
  return `${name} (${file}): ${verdict === "survived" ? "SURVIVED" : `${verdict}: ${detail}`}`;
}
