/** What tests do where the native backend is missing: they are skipped and say so, or with NMT_REQUIRE_NATIVE=1 they fail. */
import { type BackendAvailability, type EngineOptions, probeBackend } from "../../src/backends/select.ts";
import type { BackendName } from "../../src/base/engine-names.ts";

/** Says on standard error why native kernels are not tested. Throws an Error where they have to be. */
export function reportMissingNative(reason: string): void {
  if (process.env["NMT_REQUIRE_NATIVE"] === "1") {
    throw new Error(`NMT_REQUIRE_NATIVE=1, but the native backend is missing: ${reason}`);
  }
  process.stderr.write(`native kernels are not tested: ${reason}\n`);
}

/** Whether a backend can be tested here, as `probeBackend` says; throws for the native one where it has to be there. */
export async function probeForTests(backend: BackendName, options: EngineOptions = {}): Promise<BackendAvailability> {
  const availability = await probeBackend(backend, options);
  if (!availability.usable && backend === "native") reportMissingNative(availability.reason);
  return availability;
}
