/** The `nmt` command of the source tree, for launchers: `node nmt-program.mjs train --config F.yaml`. */
import { register } from "tsx/esm/api";

register();
const { main } = await import("../../src/cli/main.ts");
process.exitCode = await main(process.argv.slice(2));
