/** The folder of the user's that keeps downloads between runs. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Where downloads are kept: $NMT_CACHE, or gnmt-moe in the user's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { NMT_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  return NMT_CACHE ?? join(XDG_CACHE_HOME ?? LOCALAPPDATA ?? join(homedir(), ".cache"), "gnmt-moe");
}
