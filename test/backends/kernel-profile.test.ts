// Source of truth: an addon of two functions whose calls the test counts itself.
import { expect, test, vi } from "vitest";
import type { NativeAddon } from "../../src/backends/native/addon.ts";
import { KernelProfile } from "../../src/backends/native/profile.ts";

const none = new Float32Array(0);

function toyAddon() {
  const matmul = vi.fn();
  const threads = vi.fn(() => 3);
  const argumentNames = () => ({
    matmul: ["a", "b", "out", "m", "n", "k", "transA", "transB", "accumulate"],
    threads: [],
  });
  return { matmul, threads, addon: { matmul, threads, argumentNames } as unknown as NativeAddon };
}

test("counts calls and work between start and stop only, and leaves the addon as it was", () => {
  const { addon, matmul } = toyAddon();
  const profile = new KernelProfile(addon);
  const multiply = () => addon.matmul(none, none, none, 2, 3, 4, false, false, false);
  multiply();
  profile.start();
  multiply();
  multiply();
  expect(addon.threads()).toBe(3);
  profile.stop();
  multiply();
  expect(addon.matmul).toBe(matmul);
  expect(matmul).toHaveBeenCalledTimes(4);
  const { steps, kernels } = profile.report();
  expect(steps).toBe(1);
  const byName = Object.fromEntries(kernels.map((kernel) => [kernel.name, kernel]));
  expect(byName).toMatchObject({ matmul: { calls: 2, flops: 96, bytes: 0 }, threads: { calls: 1, flops: 0 } });
});

test("a step's time is kernels, waiting and the rest", () => {
  const { addon } = toyAddon();
  const clock = vi.spyOn(performance, "now");
  // start; before and after the kernel; stop
  for (const time of [100, 110, 140, 200]) clock.mockReturnValueOnce(time);
  const profile = new KernelProfile(addon);
  profile.start();
  addon.threads();
  profile.stop(25);
  clock.mockRestore();
  const { milliseconds, dataWait, outsideKernels, kernels } = profile.report();
  expect({ milliseconds, dataWait, outsideKernels }).toEqual({ milliseconds: 100, dataWait: 25, outsideKernels: 45 });
  expect(kernels[0]).toMatchObject({ name: "threads", milliseconds: 30 });
  profile.reset();
  expect(profile.report()).toEqual({ steps: 0, milliseconds: 0, dataWait: 0, outsideKernels: 0, kernels: [] });
});
