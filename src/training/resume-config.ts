/** The configuration of a run in a model directory: the one given, but for what the directory has settled. */
import { existsSync } from "node:fs";
import { NmtError } from "../base/errors.ts";
import { modelPaths } from "../checkpoint/model-directory.ts";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { type ResumedConfig, resumedConfig } from "./resume-notes.ts";
import type { TrainerState } from "./trainer-state.ts";

/** `state` is that of a resumed run. */
export function configFor(directory: string, given: Config, state: TrainerState | undefined): ResumedConfig {
  const paths = modelPaths(directory);
  if (state === undefined && !existsSync(paths.wordpieces)) return { config: given, notes: [] };
  if (existsSync(paths.config)) {
    try {
      return resumedConfig(loadConfig(paths.config), given, state);
    } catch (error) {
      if (!(error instanceof NmtError)) throw error;
    }
  }
  const note =
    state === undefined
      ? `${paths.wordpieces} is used as it is; keys about wordpieces are not`
      : `${paths.config} cannot be read, so what has changed since the run began is not known`;
  return { config: given, notes: [note] };
}
