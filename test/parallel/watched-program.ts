/** A rank with a parent, which ends in some way. */
import { writeSync } from "node:fs";
import { watchRank } from "../../src/parallel/mpi/watch-rank.ts";

watchRank();
const [how] = process.argv.slice(2);
if (how === "killed") process.kill(process.pid, "SIGKILL");
if (how === "signalled") process.kill(process.ppid, "SIGTERM");
if (how === "connected") writeSync(Number(process.env["PMI_FD"]), "said to the launcher");
process.exitCode = 3;
