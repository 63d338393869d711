/** What a command line writes, caught in this process. */
import { vi } from "vitest";
import { main } from "../../src/cli/main.ts";

/** Runs `nmt WORDS…`; its exit code, and what it wrote to standard output and to standard error. */
export async function writtenBy(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const spies = (["out", "err"] as const).map((name) =>
    vi.spyOn(process[`std${name}`], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  const code = await main(words);
  for (const spy of spies) spy.mockRestore();
  return { code, ...written };
}
