/** Source of truth: the program's tables; docs/cli.md must say the same. After a change: npm test -- test/cli -u. */
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { cliReference } from "../../src/cli/reference.ts";

it("docs/cli.md is in step with the commands and the configuration", async () => {
  await expect(await cliReference()).toMatchFileSnapshot(resolve(import.meta.dirname, "../../docs/cli.md"));
});
