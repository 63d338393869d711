/** The addon's functions that are no kernels: memory, threads, instruction set, precision, the machine's limits. */
import type { Precision } from "../../../base/engine-names.ts";

/** Instruction sets of the kernels, best first. */
export const instructionSets = [
  ...(["amx", "avx512bf16", "avx512vnni", "avx512", "avxvnni", "avx2"] as const),
  ...(["neondot", "neon", "portable"] as const),
] as const;
export type InstructionSet = (typeof instructionSets)[number];

/** What the running instruction set reaches with all threads of the group. */
export interface MachinePeak {
  /** GFLOP/s of f32 multiply-adds. */
  f32: number;
  /** GFLOP/s of bf16 products accumulated in f32; 0 where the instruction set has none. */
  bf16: number;
  /** Memory read, GB/s. */
  memory: number;
}

export interface SystemFunctions {
  /** Names of every function's arguments, in their order. */
  argumentNames(): Record<string, string[]>;
  /** What to throw where a function lacks memory, from its name and the sizes it was given: "rows 640, x [81920]". */
  onOutOfMemory(make: (name: string, sizes: string) => Error): void;
  /** Memory aligned to 64 bytes, in huge pages from 2 MiB up; contents undefined. Freed with the ArrayBuffer. */
  allocate(bytes: number): ArrayBuffer;
  /** Replaces the threads that kernels run on: 1 to MOST_THREADS (base/threads.ts). Keeps the old ones if the system gives fewer, and throws. */
  setThreads(threads: number): void;
  threads(): number;
  /** The instruction set whose kernels run: the one NMT_ISA names, or the fastest (avx512bf16 isn't, on Intel's processors). */
  isa(): InstructionSet;
  /** Those this processor can run, lowest first. */
  instructionSets(): InstructionSet[];
  /** Makes another one active; for tests. Throws a TypeError if the processor lacks it. */
  selectIsa(name: InstructionSet): void;
  /** Arithmetic of matrix products from now on. Without bf16 instructions, `bf16` rounds operands to it and multiplies them as f32. */
  setPrecision(precision: Precision): void;
  precision(): Precision;
  /** Measures for about half a second. */
  measurePeak(): MachinePeak;
  /** GFLOP/s that all threads reach now, in so many milliseconds: of f32 multiply-adds, or of bf16 products (0 where there are none). */
  arithmeticRate(milliseconds: number, bf16: boolean): number;
}
