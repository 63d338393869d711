/** Training steps of several programs, each in a process of its own. */
import { log } from "../src/base/logger.ts";
import { type Child, type Json, runChild } from "./child.ts";

/** Each contender once, then each again, so that a machine that slows down slows all of them. */
export async function inTurn(
  contenders: Readonly<Record<string, Child>>,
  rounds: number,
  name: string,
): Promise<Record<string, Json[]>> {
  const figures: Record<string, Json[]> = Object.fromEntries(Object.keys(contenders).map((who) => [who, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [who, child] of Object.entries(contenders)) {
      const result = await runChild(child);
      log.info(`${name}, round ${round}: ${who} ${result["tgt_tok_s"]} tokens/s`);
      figures[who]!.push(result);
    }
  }
  return figures;
}
