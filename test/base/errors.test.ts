/** Source of truth: the rule that a person sees cause, place and next step, and no stack. */
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ConfigError, formatError, NmtError } from "../../src/base/errors.ts";

it("prints message, place and next step", () => {
  const error = new ConfigError("unknown key x", { where: "a.yaml, line 3", nextStep: "Did you mean y?" });
  expect(formatError(error)).toBe("error: unknown key x\n  at: a.yaml, line 3\n  next: Did you mean y?");
  expect(error).toBeInstanceOf(NmtError);
  expect(error.name).toBe("ConfigError");
  expect(formatError(new ConfigError("short"))).toBe("error: short");
});

it("prints reason, path and next step where the system refuses a file, and no stack", () => {
  const folder = mkdtempSync(join(tmpdir(), "nmt-errors-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  const told = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      return formatError(error);
    }
    throw new Error("nothing was refused");
  };
  const under = join(file, "model");
  expect(told(() => mkdirSync(under))).toBe(
    `error: not a directory (mkdir)\n  at: ${under}\n  next: A part of this path is a file. Name another one.`,
  );
  const missing = join(folder, "none", "a");
  expect(told(() => openSync(missing, "w"))).toBe(
    `error: no such file or directory (open)\n  at: ${missing}\n  next: Check the path: a folder of it is missing.`,
  );
  // Reading a folder fails without a path: that is a fault of ours.
  expect(told(() => readFileSync(folder))).toMatch(/EISDIR.*\n {4}at /s);
  rmSync(folder, { recursive: true });
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", path: "/data/x" });
  expect(formatError(full)).toMatch(/^error: no space left on device \(write\)\n {2}at: \/data\/x\n {2}next: Free/);
});

it("prints the stack of errors nobody expected", () => {
  expect(formatError(new TypeError("bug"))).toMatch(/^TypeError: bug\n {4}at /);
  expect(formatError("text")).toBe("text");
});
