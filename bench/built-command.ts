/** The command as `npm run build` made it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../src/base/errors.ts";

/** The program to start. Throws UsageError where it is not built: what is measured would be another. */
export function builtCommand(): string {
  if (!existsSync(join(import.meta.dirname, "../dist/command"))) {
    throw new UsageError("the command is not built", {
      nextStep: "Run npm run build first: that is what is measured.",
    });
  }
  return join(import.meta.dirname, "../bin/nmt.js");
}
