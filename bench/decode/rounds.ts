/** Rounds in which each contender translates everything once, one after the other. */
import { log } from "../../src/base/logger.ts";
import { bestSettings, type Chosen, openedOf } from "./best-setting.ts";
import type { Contender } from "./contender.ts";
import type { Measured } from "./measured.ts";

/**
 * Each contender once a round, so that a machine that slows down slows all of them; one beam after the other. All are open from the
 * start to the end, in the setting that was fastest on every `every`th sentence. Throws what they throw.
 */
export async function measureInTurn(
  contenders: readonly Contender[],
  beams: readonly number[],
  every: number,
  rounds: number,
): Promise<Measured[]> {
  const chosen: Map<number, Chosen>[] = [];
  try {
    for (const contender of contenders) chosen.push(await bestSettings(contender, beams, every));
    const measured: Measured[] = [];
    for (const beam of beams) {
      const seconds = contenders.map((): number[] => []);
      for (let round = 1; round <= rounds; round++) {
        for (const [i, { name, precision }] of contenders.entries()) {
          const { opened, batch } = chosen[i]!.get(beam)!;
          const took = await opened.translate({ beam, batch, every: 1 });
          log.info(`beam ${beam}, round ${round}: ${name} ${precision} ${took.toFixed(2)} s`);
          seconds[i]!.push(took);
        }
      }
      for (const [i, { name, precision }] of contenders.entries()) {
        const { opened, setting, batch } = chosen[i]!.get(beam)!;
        const { version, readySeconds } = opened;
        const outputs = await opened.outputs();
        const ran = { name, version, precision, beam, setting, batch, readySeconds };
        measured.push({ ...ran, seconds: seconds[i]!, outputs });
      }
    }
    return measured;
  } finally {
    for (const each of openedOf(chosen.flatMap((each) => [...each.values()]))) await each.close();
  }
}
