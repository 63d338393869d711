// Loaded into a measured process before anything else (node --require): writes what the process used to file descriptor 3 when it ends.
const { readFileSync, writeSync } = require("node:fs");

/** The largest resident set. Linux also counts what the process was before it became this program, but not in its status. */
function rssBytes({ maxRSS }) {
  if (process.platform !== "linux") return maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"))[1]) * 1024;
}

process.on("exit", () => {
  const usage = process.resourceUsage();
  const cpuMs = (usage.userCPUTime + usage.systemCPUTime) / 1000;
  writeSync(3, JSON.stringify({ cpuMs, rssBytes: rssBytes(usage) }));
});
