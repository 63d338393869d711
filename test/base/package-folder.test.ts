// Source of truth: this repository's root.
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { packageFolder } from "../../src/base/package-folder.ts";

it("is the folder of package.json, not that of the module", () => {
  expect(packageFolder()).toBe(resolve(import.meta.dirname, "../.."));
});
