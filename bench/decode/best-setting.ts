/** Finds how a contender is fastest: each setting and size of batch on a sample, once to warm up and once by the clock. */
import { BackendError } from "../../src/base/errors.ts";
import { log } from "../../src/base/logger.ts";
import { type Contender, type Opened, type Setting, settingName } from "./contender.ts";

/** A contender as it runs with one beam. */
export interface Chosen {
  opened: Opened;
  setting: Setting;
  batch: number;
}

interface Timed extends Chosen {
  beam: number;
  seconds: number;
}

/**
 * The fastest for each beam, left open; all others are closed. A setting that fails is passed over with a warning. Throws its
 * BackendError where none is left.
 */
export async function bestSettings(
  contender: Contender,
  beams: readonly number[],
  every: number,
): Promise<Map<number, Chosen>> {
  let best = new Map<number, Timed>();
  let failure: unknown;
  for (const setting of contender.settings) {
    try {
      const timed = await timeSetting(contender, setting, beams, every);
      best = await faster(best, timed);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      log.warn(`${contender.name} ${contender.precision}, ${settingName(setting)}: left out. ${error.message}`);
      failure = error;
    }
  }
  if (best.size === 0) throw failure;
  return best;
}

/** Every beam with every size of batch. Closed again where it fails. */
async function timeSetting(
  { name, precision, batches, open }: Contender,
  setting: Setting,
  beams: readonly number[],
  every: number,
): Promise<Timed[]> {
  const opened = await open(setting);
  const timed: Timed[] = [];
  try {
    for (const beam of beams) {
      for (const batch of batches) {
        await opened.translate({ beam, batch, every });
        const seconds = await opened.translate({ beam, batch, every });
        log.info(
          `${name} ${precision}, ${settingName(setting)}, batch ${batch}, beam ${beam}: ${seconds.toFixed(2)} s`,
        );
        timed.push({ opened, setting, beam, batch, seconds });
      }
    }
  } catch (error) {
    await opened.close();
    throw error;
  }
  return timed;
}

/** The best of both by beam; those that no beam needs any more are closed. */
async function faster(best: ReadonlyMap<number, Timed>, timed: readonly Timed[]): Promise<Map<number, Timed>> {
  const result = new Map(best);
  for (const each of timed) {
    const before = result.get(each.beam);
    if (before === undefined || each.seconds < before.seconds) result.set(each.beam, each);
  }
  const kept = openedOf(result.values());
  for (const opened of openedOf([...best.values(), ...timed])) if (!kept.has(opened)) await opened.close();
  return result;
}

/** Each once, also where several beams share it. */
export function openedOf(chosen: Iterable<Chosen>): Set<Opened> {
  return new Set(Array.from(chosen, ({ opened }) => opened));
}
