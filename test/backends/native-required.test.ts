/** Source of truth: NMT_REQUIRE_NATIVE=1 says that a missing native backend is a failure, not a reason to skip. */
import { afterEach, expect, test, vi } from "vitest";
import { reportMissingNative } from "./native-required.ts";

afterEach(() => vi.unstubAllEnvs());

test("a missing native backend fails where it is required, and is only reported elsewhere", () => {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.stubEnv("NMT_REQUIRE_NATIVE", "1");
  expect(() => reportMissingNative("no compiler")).toThrow(/NMT_REQUIRE_NATIVE=1.*no compiler/);
  expect(written).not.toHaveBeenCalled();
  vi.stubEnv("NMT_REQUIRE_NATIVE", "");
  reportMissingNative("no compiler");
  expect(written).toHaveBeenCalledWith("native kernels are not tested: no compiler\n");
  written.mockRestore();
});
