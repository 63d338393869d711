// Source of truth: the names that the addon registers in C++, which it checks at each call against those its kernels read.
import { expect, test } from "vitest";
import { loadAddon } from "../../src/backends/native/addon.ts";
import { type KernelWork, kernelWork } from "../../src/backends/native/kernel-work.ts";
import { declaredArguments } from "./declared-arguments.ts";

const registered = loadAddon().argumentNames();

test("TypeScript declares every function of the addon with the arguments that C++ has, in its order", () => {
  const declared = declaredArguments();
  expect(Object.keys(declared).length).toBeGreaterThan(40);
  expect(declared).toEqual(registered);
});

test("a kernel's work is computed from arguments that it has", () => {
  for (const [name, workOf] of Object.entries(kernelWork)) {
    const call = new Proxy({} as never, {
      get: (_, argument) => {
        expect(registered[name], name).toContain(argument);
        return new Float32Array(2);
      },
    });
    (workOf as (call: never) => KernelWork)(call);
  }
});
