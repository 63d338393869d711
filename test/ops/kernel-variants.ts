/** Every way an op can run here: composed on the CPU backend, and natively with each instruction set, on one thread and on two. */
import { nativeBackend } from "../../src/backends/native/backend.ts";
import type { InstructionSet } from "../../src/backends/native/kernels/system.ts";
import { selectBackend } from "../../src/backends/select.ts";
import { probeForTests } from "../backends/native-required.ts";

export interface KernelVariant {
  name: string;
  /** Undefined for the composed op. */
  isa?: InstructionSet;
  threads: number;
  /** Makes it current. */
  use(): Promise<void>;
}

export const composed: KernelVariant = {
  name: "composed",
  threads: 1,
  use: async () => {
    await selectBackend({ backend: "cpu" });
  },
};

/** Native variants, none (and a line saying so) where the addon can't be built. */
export async function nativeVariants(): Promise<KernelVariant[]> {
  const availability = await probeForTests("native", { threads: 1, precision: "f32" });
  if (!availability.usable) return [];
  return nativeBackend()!
    .addon.instructionSets()
    .flatMap((isa) => [1, 2].map((threads) => nativeVariant(isa, threads)));
}

function nativeVariant(isa: InstructionSet, threads: number): KernelVariant {
  return {
    name: `${isa}, ${threads === 1 ? "one thread" : `${threads} threads`}`,
    isa,
    threads,
    use: async () => {
      await selectBackend({ backend: "native", threads, precision: "f32" });
      nativeBackend()!.addon.selectIsa(isa);
    },
  };
}
