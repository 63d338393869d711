/** Ranks of which one ends otherwise than the others. */
import type { Communicator } from "../../src/parallel/communicator.ts";

export async function run(
  ranks: Communicator,
  how: "throw" | "exit" | "kill" | "stop" | "hang" | "well",
): Promise<void> {
  ranks.barrier().wait();
  if (ranks.rank === 1) {
    if (how === "throw") throw new Error("thrown by rank 1");
    if (how === "exit") process.exit(0);
    if (how === "kill") process.kill(process.pid, "SIGKILL");
    if (how === "stop") process.kill(process.pid, "SIGSTOP");
    if (how === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  // Of a rank that is stopped others hear while they wait for as long as it takes.
  if (how === "stop") await ranks.barrier().ended();
  else ranks.barrier().wait();
}
