/** How PyTorch takes a training step: eagerly or compiled, and on how many threads. The fastest way is found before it is compared. */
import { BackendError, UsageError } from "../src/base/errors.ts";
import { log } from "../src/base/logger.ts";
import { type Child, type Json, runChild } from "./child.ts";
import { childEnvironment, KEPT_MEMORY } from "./peer-environment.ts";

const ways = ["eager", "compile"] as const;

/** One way to run the peer. */
export interface PeerMode {
  /** `compile` has the model pass through `torch.compile` first. */
  way: (typeof ways)[number];
  threads: number;
}

/** Every way of a list such as "eager,compile", each on all threads and on one. Throws UsageError for a way there isn't. */
export function peerModes(list: string, threads: number): PeerMode[] {
  return list.split(",").flatMap((name) => {
    const way = ways.find((known) => known === name);
    if (way === undefined) {
      throw new UsageError(`--modes knows ${ways.join(" and ")}, not "${name}"`, {
        nextStep: `Use --modes ${ways.join(",")}.`,
      });
    }
    return [...new Set([threads, 1])].map((count) => ({ way, threads: count }));
  });
}

/** As it stands in a table: "compile, 2 threads". */
export function modeName({ way, threads }: PeerMode): string {
  return `${way}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

/** The peer's program in one mode; its libraries have as many threads, and it keeps its memory. */
export function peerChild(python: string, peer: string, args: readonly string[], { way, threads }: PeerMode): Child {
  const flags = ["--threads", String(threads), ...(way === "compile" ? ["--compile"] : [])];
  return {
    command: python,
    args: [peer, ...args, ...flags],
    env: { ...childEnvironment(process.env, threads), ...KEPT_MEMORY },
  };
}

/** The mode with the most tokens a second. One that fails is left out with a warning; throws its BackendError where none is left. */
export async function fastestMode(
  modes: readonly PeerMode[],
  child: (mode: PeerMode) => Child,
  run: (child: Child) => Promise<Json> = runChild,
): Promise<PeerMode> {
  let best: { mode: PeerMode; rate: number } | undefined;
  let failure: unknown;
  for (const mode of modes) {
    try {
      const rate = Number((await run(child(mode)))["tgt_tok_s"]);
      log.info(`PyTorch, ${modeName(mode)}: ${rate} tokens/s`);
      if (best === undefined || rate > best.rate) best = { mode, rate };
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      log.warn(`PyTorch, ${modeName(mode)}: left out. ${error.message}`);
      failure = error;
    }
  }
  if (best === undefined) throw failure;
  return best.mode;
}
