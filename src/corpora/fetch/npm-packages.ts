/** Fetches packages with the user's own npm, which knows their registry, proxy and credentials, and keeps them in a cache. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DataError, DownloadError } from "../../base/errors.ts";

export interface NpmPackage {
  /** "@scope/name" */
  name: string;
  version: string;
  /** npm's integrity of the .tgz: "sha512-…" */
  integrity: string;
}

/** What `npm pack` calls the package's archive. */
export function archiveName({ name, version }: NpmPackage): string {
  return `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
}

/** Reads an archive and compares it with the integrity the recipe expects. */
export function readPackage(folder: string, wanted: NpmPackage): Uint8Array {
  const path = join(folder, archiveName(wanted));
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new DataError("The package cannot be read.", {
      where: path,
      nextStep: `Fetch it with: npm pack ${wanted.name}@${wanted.version}`,
      cause,
    });
  }
  if (`sha512-${createHash("sha512").update(bytes).digest("base64")}` !== wanted.integrity) {
    throw new DataError("The package is not the published one: its checksum differs.", {
      where: path,
      nextStep: `Delete the file and fetch it again with: npm pack ${wanted.name}@${wanted.version}`,
    });
  }
  return bytes;
}

/** Fetches the packages that `folder` lacks. Throws DownloadError with npm's own last words. */
export async function fetchPackages(folder: string, wanted: readonly NpmPackage[], command = "npm"): Promise<void> {
  const missing = wanted.filter((each) => !isIntact(folder, each));
  if (missing.length === 0) return;
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, "fetch-"));
  try {
    await npmPack(command, missing, temporary);
    for (const each of missing) {
      if (!isIntact(temporary, each)) throw notPublished(each);
      renameSync(join(temporary, archiveName(each)), join(folder, archiveName(each)));
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function notPublished({ name, version }: NpmPackage): DownloadError {
  return new DownloadError("npm delivered another archive than the published one: its checksum differs.", {
    where: `npm pack ${name}@${version}`,
    nextStep: "Ask who runs the registry (`npm config get registry`), or use another one.",
  });
}

function isIntact(folder: string, wanted: NpmPackage): boolean {
  if (!existsSync(join(folder, archiveName(wanted)))) return false;
  try {
    readPackage(folder, wanted);
    return true;
  } catch {
    return false;
  }
}

const TIME_LIMIT_MS = 10 * 60_000;

function npmPack(command: string, packages: readonly NpmPackage[], destination: string): Promise<void> {
  const specs = packages.map(({ name, version }) => `${name}@${version}`);
  const failure = (why: string, cause?: unknown) =>
    new DownloadError(`npm could not fetch the packages: ${why}`, {
      where: `npm pack ${specs[0]}${specs.length > 1 ? ` and ${specs.length - 1} more` : ""}`,
      nextStep:
        "Check the network and `npm config get registry`, or fetch the packages elsewhere with `npm pack` and pass their folder as --from.",
      cause,
    });
  return new Promise((resolve, reject) => {
    const child = spawn(
      command,
      ["pack", ...specs, "--silent", "--loglevel=error", "--ignore-scripts", "--pack-destination", destination],
      {
        stdio: ["ignore", "ignore", "pipe"],
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
        shell: process.platform === "win32",
      },
    );
    let messages = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      messages = (messages + text).slice(0, 4000);
    });
    child.once("error", (error) => reject(failure(error.message, error)));
    child.once("close", (code, signal) => {
      if (code === 0) return resolve();
      reject(failure(gist(messages) || `it ended with ${signal ?? `code ${code}`}`));
    });
  });
}

/** npm's first lines, which say what went wrong, without its prefix. */
function gist(messages: string): string {
  const lines = messages.split("\n").map((line) => line.replace(/^npm (error|ERR!)\s*/, "").trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, 4)
    .join("; ");
}
