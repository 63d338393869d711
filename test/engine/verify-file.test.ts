/** Source of truth: zlib's CRC-32, on every instruction set of this machine, for blocks and ends of any size. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { loadAddon } from "../../src/backends/native/addon.ts";
import { Random } from "../../src/base/random.ts";
import { probeForTests } from "../backends/native-required.ts";

const { usable } = await probeForTests("native");
/** Blocks of the verification are of 4 MiB. */
const BLOCK = 4 << 20;

/** A part of the file: first byte, byte behind the last, text that its checksum begins with. */
interface Part {
  begin: number;
  end: number;
  text: string;
}

describe.skipIf(!usable)("verifyFile", () => {
  const path = join(mkdtempSync(join(tmpdir(), "verify-")), "data");
  const bytes = new Uint8Array(2 * BLOCK + 12_345);
  const random = new Random(41);
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.integer(256);
  writeFileSync(path, bytes);
  const addon = usable ? loadAddon() : undefined!;
  const before = usable ? addon.isa() : undefined!;
  afterAll(() => addon?.selectIsa(before));

  /** Of `data`, which is what the file has or should have. */
  function list(parts: readonly Part[], data: Uint8Array = bytes): string {
    const line = ({ begin, end, text }: Part) =>
      `${begin} ${end} ${crc32(data.subarray(begin, end), crc32(text))} ${text}`;
    return parts.map(line).join("\n");
  }

  async function verified(parts: string, { threads = 2, file = path } = {}): Promise<number> {
    const workers = addon.openThreads(threads);
    try {
      return await addon.verifyFile(file, parts, workers);
    } finally {
      addon.closeHandle(workers);
    }
  }

  const small = Array.from({ length: 300 }, (_, i): Part => ({ begin: i, end: 2 * i, text: "ä".repeat(i % 5) }));
  const large: Part[] = [
    { begin: 3, end: 3, text: '["empty","F32",[0]]' },
    { begin: 3, end: 3 + BLOCK, text: "a b  c" },
    { begin: 3 + BLOCK, end: bytes.length, text: "" },
    { begin: 0, end: bytes.length, text: "[1]" },
    { begin: bytes.length, end: bytes.length, text: "x" },
  ];

  test.each(usable ? addon.instructionSets() : [])(
    "finds all as promised, and the first that isn't, on %s",
    async (isa) => {
      addon.selectIsa(isa);
      for (const threads of [1, 3]) expect(await verified(list([...small, ...large]), { threads })).toBe(-1);
      for (const at of [3, 2 + BLOCK, 3 + BLOCK, 2 * BLOCK + 5, bytes.length - 1]) {
        const other = bytes.slice();
        other[at]! ^= 0x10;
        const expected = large.findIndex(({ begin, end }) => begin <= at && at < end);
        expect(await verified(list(large, other)), `byte ${at}`).toBe(expected);
      }
      for (const i of [0, 7, 64, 65, 130, 299]) {
        const lines = list(small).split("\n");
        lines[i] = lines[i]!.replace(/ (\d+) (ä*)$/, (_, sum, text) => ` ${(Number(sum) ^ 1) >>> 0} ${text}`);
        expect(await verified(lines.join("\n")), `part ${i}`).toBe(i);
      }
    },
  );

  test("nothing to verify is as promised", async () => {
    expect(await verified("")).toBe(-1);
  });

  test("a file that ends before, or is missing, and a list of another form are errors", async () => {
    const beyond = { begin: bytes.length - 10, end: bytes.length + 1, text: "" };
    await expect(verified(list([...large, beyond]))).rejects.toThrow("ends too early");
    await expect(async () => verified(list(large), { file: `${path}.none` })).rejects.toThrow("can't open");
    for (const parts of ["1 2", "2 1 0 ", "a b c d", "0 1 4294967296 x"]) {
      await expect(async () => verified(parts), parts).rejects.toThrow("another form");
    }
  });
});
