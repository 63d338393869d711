/** The options that every experiment takes, checked. */
import { UsageError } from "../src/base/errors.ts";
import { threadCount } from "../src/base/threads.ts";
import { dataFolder } from "./corpora.ts";
import type { SharedOptions, sharedDefaults } from "./experiment.ts";

type Given = { readonly [Name in keyof typeof sharedDefaults]: number | string | boolean };

/** `ownName`: the page's file name unless `--name` gives another. */
export function readShared(given: Given, ownName: string): SharedOptions {
  const parallel = Number(given.parallel);
  if (!Number.isInteger(parallel) || parallel < 1) {
    throw new UsageError(`--parallel is ${given.parallel}`, { nextStep: "Give a whole number from 1 on." });
  }
  return {
    data: dataFolder(String(given.data)),
    work: String(given.work),
    out: String(given.out),
    name: given.name === "" ? ownName : String(given.name),
    only: listOf(String(given.only)),
    threads: threadCount(Number(given.threads) || 0),
    parallel,
    reportOnly: given["report-only"] === true,
  };
}

/** Words with commas between. */
export function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** The precision of runs. */
export function precisionOf(text: string): "f32" | "bf16" {
  if (text === "f32" || text === "bf16") return text;
  throw new UsageError(`there is no precision "${text}"`, { nextStep: "Use f32 or bf16." });
}
