/** Lets a long command end well: the first SIGINT, SIGTERM or SIGUSR1 (which launchers pass on at once, and Slurm sends ahead of a limit) asks it to stop, a second one ends the process. */
import { log } from "./logger.ts";

/** `doing`: what the command does before it stops. */
export async function untilStopped<T>(
  work: (signal: AbortSignal) => Promise<T>,
  doing = "saving before stopping",
): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === "SIGINT" ? 130 : 143);
    log.info(`${name}: ${doing}; again to stop at once`);
    controller.abort();
  };
  /** Said more than once, it still asks for a stop only. */
  const onAdvice = () => {
    if (!controller.signal.aborted) onSignal("SIGUSR1");
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.on("SIGUSR1", onAdvice);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    process.off("SIGUSR1", onAdvice);
  }
}
