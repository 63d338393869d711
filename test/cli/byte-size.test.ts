/** Source of truth: the units' definitions. */
import { expect, test } from "vitest";
import { formatMebibytes, parseByteSize } from "../../src/cli/byte-size.ts";

test("sizes in units of 1,000 and of 1,024, and in bytes", () => {
  const sizes = ["512MiB", "1.5 GB", "2KiB", "3kB", "1GiB", "7MB", "100", "8B"].map(parseByteSize);
  expect(sizes).toEqual([536870912, 1_500_000_000, 2048, 3000, 1073741824, 7_000_000, 100, 8]);
});

test("anything else is none", () => {
  for (const text of ["", "0", "0.5", "MiB", "12 parsecs", "-1MB", "1e9", "512mib", "99999999999GB"]) {
    expect(parseByteSize(text), text).toBeUndefined();
  }
});

test("as people read them", () => {
  expect([formatMebibytes(2 ** 19), formatMebibytes(2 ** 29)]).toEqual(["0.5 MiB", "512 MiB"]);
});
