/** The native addon while TensorFlow.js is using its backend: how an op asks whether a fused kernel is there. */
import type { NativeAddon } from "./addon.ts";
import { nativeBackend } from "./backend.ts";

/** `nativeBackend()` gives the backend itself, whose pool holds kernels' outputs. */
export function activeNative(): NativeAddon | undefined {
  return nativeBackend()?.addon;
}
