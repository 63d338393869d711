/** Source of truth: the rule that a person sees cause, place and next step, and no stack. */
import { expect, it } from "vitest";
import { ConfigError, formatError, NmtError } from "../../src/base/errors.ts";

it("prints message, place and next step", () => {
  const error = new ConfigError("unknown key x", { where: "a.yaml, line 3", nextStep: "Did you mean y?" });
  expect(formatError(error)).toBe("error: unknown key x\n  at: a.yaml, line 3\n  next: Did you mean y?");
  expect(error).toBeInstanceOf(NmtError);
  expect(error.name).toBe("ConfigError");
  expect(formatError(new ConfigError("short"))).toBe("error: short");
});

it("prints the stack of errors nobody expected", () => {
  expect(formatError(new TypeError("bug"))).toMatch(/^TypeError: bug\n {4}at /);
  expect(formatError("text")).toBe("text");
});
