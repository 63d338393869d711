/** The process that sends load, so that its work is not the measuring one's: `load-child.ts`, a load as a message, its result as the answer. */
import { type Load, type LoadResult, sendLoad } from "./load.ts";
import { Probe } from "./probe.ts";

export interface LoadJob extends Load {
  /** A path that is asked for beside the load; undefined for none. */
  probe?: string;
}

export interface LoadReport extends LoadResult {
  /** Milliseconds of the answers to the probe. */
  probed: number[];
}

process.on("message", async ({ probe, ...load }: LoadJob) => {
  const probing = probe === undefined ? undefined : new Probe(load.url, probe);
  const result = await sendLoad(load);
  const report: LoadReport = { ...result, probed: (await probing?.stop()) ?? [] };
  process.send!(report);
});
process.on("disconnect", () => process.exit());
