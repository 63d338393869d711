/** The WebAssembly backend: the fallback where no compiler built the native addon. Kernels it lacks run on the CPU backend. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

/** Registers kernels that wasm lacks: inputs are read, the CPU kernel runs on them, outputs are written back. */
function bridgeMissingKernels(): void {
  const present = new Set(tf.getKernelsForBackend("wasm").map((kernel) => kernel.kernelName));
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    if (present.has(kernel.kernelName)) continue;
    tf.registerKernel({
      kernelName: kernel.kernelName,
      backendName: "wasm",
      kernelFunc: ({ inputs, attrs, backend }) => {
        const cpu = new MathBackendCPU();
        const wasm = backend as tf.KernelBackend;
        const toCpu = (tensor: tf.TensorInfo) =>
          cpu.makeTensorInfo(tensor.shape, tensor.dtype, wasm.readSync(tensor.dataId));
        const copied: tf.NamedTensorInfoMap = {};
        for (const [name, input] of Object.entries(inputs)) if (input !== undefined) copied[name] = toCpu(input);
        const results = kernel.kernelFunc({ inputs: copied, attrs: attrs ?? {}, backend: cpu });
        const toWasm = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({
          dataId: wasm.write(cpu.readSync(dataId), shape, dtype),
          shape,
          dtype,
        });
        return Array.isArray(results) ? results.map(toWasm) : toWasm(results);
      },
    });
  }
}

/** Points the loader at the package's own .wasm files and completes the kernel list. */
export async function prepareWasm(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(entry)}/`);
  // Its threaded build starts browser workers from a blob, which Node's workers refuse.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  bridgeMissingKernels();
}
