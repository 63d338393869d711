/**
 * `npx tsx test/corpora/sources/kills/main.ts [KILLS [SEED]]`: downloads of OPUS and of the Hub, killed at random moments of their whole time, 100 each by
 * default; fails where any run that came to its end has other bytes than an undisturbed one.
 */
import { runWithKills } from "./run.ts";

const [kills = "100", seed = "1"] = process.argv.slice(2);
for (const kind of ["opus", "hub"] as const) {
  const { killed, ended, differences } = await runWithKills({
    kind,
    kills: Number(kills),
    seed: Number(seed),
    by: "time",
  });
  console.log(`${kind}: ${killed} runs killed, ${ended} came to their end, ${differences.length} files differ`);
  for (const name of differences) console.log(`  ${name}`);
  if (differences.length > 0) process.exitCode = 1;
}
