/** Where the time of steps goes: calls, time and work of every function of the addon between `start` and `stop`. */
import type { NativeAddon } from "./addon.ts";
import { type KernelWork, kernelWork } from "./kernel-work.ts";

/** Sums over all steps of the profile. */
export interface KernelUse extends Required<KernelWork> {
  name: string;
  calls: number;
  milliseconds: number;
}

export interface StepProfile {
  steps: number;
  /** From each `start` to its `stop`. */
  milliseconds: number;
  /** Of these, spent waiting for the next batch. */
  dataWait: number;
  /** Of these, in no kernel and not waiting: JavaScript. */
  outsideKernels: number;
  /** Kernels that were called, most time first. */
  kernels: KernelUse[];
}

type WorkOf = (call: Record<string, unknown>) => KernelWork;
type AnyFunction = (...args: unknown[]) => unknown;

/** Counts by standing in for the addon's functions; between steps the addon is as it was. */
export class KernelProfile {
  private readonly functions: Record<string, AnyFunction>;
  private readonly originals: Record<string, AnyFunction>;
  private readonly argumentNames: Record<string, string[]>;
  private readonly counting: Record<string, AnyFunction>;
  private readonly uses = new Map<string, KernelUse>();
  private steps = 0;
  private milliseconds = 0;
  private dataWait = 0;
  private started = 0;

  constructor(addon: NativeAddon) {
    this.functions = addon as unknown as Record<string, AnyFunction>;
    this.originals = { ...this.functions };
    this.argumentNames = addon.argumentNames();
    this.counting = Object.fromEntries(
      Object.entries(this.originals).map(([name, original]) => [name, this.counted(name, original)]),
    );
  }

  /** A step begins. */
  start(): void {
    Object.assign(this.functions, this.counting);
    this.started = performance.now();
  }

  /** The step that `start` began has ended, after waiting `dataWait` milliseconds for its batches. */
  stop(dataWait = 0): void {
    this.milliseconds += performance.now() - this.started;
    this.dataWait += dataWait;
    this.steps++;
    Object.assign(this.functions, this.originals);
  }

  /** Forgets all steps so far. */
  reset(): void {
    this.uses.clear();
    this.steps = this.milliseconds = this.dataWait = 0;
  }

  report(): StepProfile {
    const kernels = [...this.uses.values()].sort((a, b) => b.milliseconds - a.milliseconds).map((use) => ({ ...use }));
    const inKernels = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const { steps, milliseconds, dataWait } = this;
    return { steps, milliseconds, dataWait, outsideKernels: milliseconds - dataWait - inKernels, kernels };
  }

  private counted(name: string, original: AnyFunction): AnyFunction {
    const workOf = (kernelWork as Record<string, unknown>)[name] as WorkOf | undefined;
    const names = this.argumentNames[name] ?? [];
    return (...args) => {
      const started = performance.now();
      const result = original(...args);
      const milliseconds = performance.now() - started;
      const use = this.useOf(name);
      const work = workOf?.(Object.fromEntries(names.map((argument, i) => [argument, args[i]])));
      use.calls++;
      use.milliseconds += milliseconds;
      use.flops += work?.flops ?? 0;
      use.bytes += work?.bytes ?? 0;
      return result;
    };
  }

  private useOf(name: string): KernelUse {
    let use = this.uses.get(name);
    if (use === undefined) {
      use = { name, calls: 0, milliseconds: 0, flops: 0, bytes: 0 };
      this.uses.set(name, use);
    }
    return use;
  }
}
