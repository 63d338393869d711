/** Fetches Debian packages with the system's own apt-get, which knows its mirrors and proxies, and keeps them in a cache. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DownloadError } from "../../base/errors.ts";

const TIME_LIMIT_MS = 30 * 60_000;

/**
 * Paths of the packages' .deb files, fetched where `folder` has none. apt-get compares them with the distribution's signed
 * checksums. Throws DownloadError with apt-get's last words.
 */
export async function fetchDebianPackages(
  folder: string,
  names: readonly string[],
  command = "apt-get",
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const missing = names.filter((name) => debOf(folder, name) === undefined);
  if (missing.length > 0) {
    const temporary = mkdtempSync(join(folder, "fetch-"));
    try {
      await aptDownload(command, missing, temporary);
      for (const file of readdirSync(temporary)) renameSync(join(temporary, file), join(folder, file));
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  }
  return names.map((name) => {
    const path = debOf(folder, name);
    if (path === undefined) throw failure(name, "it delivered another file");
    return path;
  });
}

/** A package's file in a folder: NAME_VERSION_ARCHITECTURE.deb. */
export function debOf(folder: string, name: string): string | undefined {
  const file = readdirSync(folder).find((each) => each.startsWith(`${name}_`) && each.endsWith(".deb"));
  return file === undefined ? undefined : join(folder, file);
}

function aptDownload(command: string, names: readonly string[], folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, ["download", "-q", ...names], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
    let messages = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      messages = (messages + text).slice(-1000);
    });
    child.once("error", (error) => reject(failure(names[0]!, error.message, error)));
    child.once("close", (code) => {
      if (code === 0) return resolve();
      const errors = messages.split("\n").filter((line) => line.startsWith("E:"));
      reject(failure(names[0]!, errors.slice(0, 3).join("; ") || `it ended with code ${code}`));
    });
  });
}

function failure(name: string, why: string, cause?: unknown): DownloadError {
  return new DownloadError(`apt-get could not fetch the packages: ${why}`, {
    where: `apt-get download ${name} …`,
    nextStep:
      "On Debian or Ubuntu run `apt-get update` and try again; elsewhere fetch the .deb files from packages.debian.org and pass their folder as --from.",
    cause,
  });
}
