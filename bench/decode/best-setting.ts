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

/**
 * The fastest for each beam, left open; all others are closed. A setting that fails is passed over with a warning. Throws its
 * BackendError where none is left.
 */
export async function bestSettings(
  contender: Contender,
  beams: readonly number[],
  every: number,
): Promise<Map<number, Chosen>> {
  const best = new Map<number, Chosen & { seconds: number }>();
  let failure: unknown;
  for (const setting of contender.settings) {
    const what = `${contender.name} ${contender.precision}, ${settingName(setting)}`;
    let opened: Opened | undefined;
    try {
      opened = await contender.open(setting);
      for (const beam of beams) {
        for (const batch of contender.batches) {
          await opened.translate({ beam, batch, every });
          const seconds = await opened.translate({ beam, batch, every });
          log.info(`${what}, batch ${batch}, beam ${beam}: ${seconds.toFixed(2)} s`);
          if (seconds >= (best.get(beam)?.seconds ?? Number.POSITIVE_INFINITY)) continue;
          const before = best.get(beam)?.opened;
          best.set(beam, { opened, setting, batch, seconds });
          if (before !== opened) await closeUnused(before, best);
        }
      }
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      log.warn(`${what}: left out. ${error.message}`);
      failure = error;
    }
    await closeUnused(opened, best);
  }
  if (best.size < beams.length) throw failure;
  return best;
}

async function closeUnused(opened: Opened | undefined, best: ReadonlyMap<number, Chosen>): Promise<void> {
  if (opened !== undefined && ![...best.values()].some((each) => each.opened === opened)) await opened.close();
}
