/** Memory of variables that kernels write. */
import type * as tf from "@tensorflow/tfjs";
import type { NativeBackend } from "../backend.ts";

/** A variable's memory, to be written. Where another tensor or a caller's array shares it, the variable gets its own copy first. */
export function ownFloats(native: NativeBackend, variable: tf.Variable): Float32Array {
  if (!native.ownsMemory(variable)) {
    const floats = native.takeFloats(variable.size);
    floats.set(native.floats(variable));
    const copy = native.tensor(variable.shape, floats);
    variable.assign(copy);
    copy.dispose();
  }
  return native.floatsToWrite(variable);
}
