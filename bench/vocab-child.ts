/** `nmt vocab` in the process that `vocab --lines` measures. */
import { main } from "../src/cli/main.ts";

const started = performance.now();
process.exitCode = await main(["vocab", ...process.argv.slice(2)]);
const { user, system } = process.cpuUsage();
const figures = {
  seconds: (performance.now() - started) / 1000,
  cpu_seconds: (user + system) / 1e6,
  max_rss: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
