/**
 * Prints what a run of the tests came to, `N passed, N failed, N skipped` last, and exits with 1 where anything failed:
 *
 *   node .ci/summary.mjs RESULTS.json ALLOWED_SKIPS
 *
 * RESULTS.json is what vitest's JSON reporter writes. A file that did not load counts as a failure, and so does a skipped test
 * that no line of ALLOWED_SKIPS allows.
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const [results, list] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
const allowed = list.split("\n").flatMap((line, i) => {
  if (line.trim() === "" || line.startsWith("#")) return [];
  const [file, name, reason] = line.split("|").map((part) => part.trim());
  if (!reason) {
    console.error(`error: line ${i + 1} of the allowed skips is not "FILE | NAME | REASON": ${line}`);
    process.exit(1);
  }
  return [{ file, name }];
});
const isAllowed = (file, fullName) =>
  allowed.some((each) => each.file === file && (each.name === "*" || fullName.includes(each.name)));

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { name, status, message, assertionResults } of JSON.parse(results).testResults) {
  const file = relative(process.cwd(), name).replaceAll("\\", "/");
  for (const { status, fullName } of assertionResults) {
    if (status === "passed" || status === "failed") counts[status]++;
    else if (isAllowed(file, fullName)) counts.skipped++;
    else {
      counts.failed++;
      console.error(`error: skipped, but .ci/allowed-skips does not list it: ${file} | ${fullName}`);
    }
  }
  if (status === "failed" && !assertionResults.some((test) => test.status === "failed")) {
    counts.failed++;
    console.error(`error: ${file} did not run: ${message ?? ""}`);
  }
}
console.log(
  Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(", "),
);
process.exitCode = counts.failed === 0 ? 0 : 1;
