/** Finds the MPI library on this machine. */
import { loadAddon } from "../../backends/native/addon.ts";
import type { MpiFamily } from "./launcher.ts";

/** Names that the system's loader looks for; a library of either family may call itself libmpi.so. */
const names: Readonly<Record<MpiFamily, readonly string[]>> = {
  "Open MPI": ["libmpi.so.40", "libmpi.40.dylib", "libmpi.so"],
  MPICH: ["libmpich.so.12", "libmpi.so.12", "libmpi.12.dylib", "libmpi.so"],
};

/** A library that can be loaded. */
export interface MpiLibrary {
  /** Name or path. */
  path: string;
  /** Its own description. */
  version: string;
}

/** The library of a family, or the one that NMT_MPI names; undefined if there is none. Loads it, without starting it. */
export function findMpi(family: MpiFamily): MpiLibrary | undefined {
  const named = process.env["NMT_MPI"];
  for (const path of named === undefined ? names[family] : [named]) {
    const version = versionOf(path);
    if (version !== undefined && (named !== undefined || isOf(family, version))) return { path, version };
  }
  return undefined;
}

/** undefined for what can't be loaded, or is no MPI library. */
function versionOf(path: string): string | undefined {
  try {
    return loadAddon().mpiVersion(path);
  } catch {
    return undefined;
  }
}

function isOf(family: MpiFamily, version: string): boolean {
  return version.startsWith("Open MPI") === (family === "Open MPI");
}

/** The libraries of both families; none where the addon, which loads them, is missing. */
export function installedMpi(): MpiLibrary[] {
  const found = (["Open MPI", "MPICH"] as const).flatMap((family) => findMpi(family) ?? []);
  return found.filter(({ version }, i) => found.findIndex((each) => each.version === version) === i);
}
