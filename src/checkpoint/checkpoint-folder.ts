/** The `checkpoints` folder: one sub-folder per saved step, and what is in it. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

export interface CheckpointLocation {
  step: number;
  path: string;
}

export interface CheckpointFiles {
  model: string;
  optimizer: string;
  state: string;
}

export function checkpointFiles(path: string): CheckpointFiles {
  return {
    model: join(path, "model.safetensors"),
    optimizer: join(path, "optimizer.safetensors"),
    state: join(path, "state.json"),
  };
}

/** `step-000500` */
export function checkpointName(step: number): string {
  return `step-${String(step).padStart(6, "0")}`;
}

/** Finished checkpoints, oldest first; none when the folder does not exist. */
export function listCheckpoints(folder: string): CheckpointLocation[] {
  return names(folder)
    .flatMap((name) => {
      const step = /^step-(\d{6,})$/.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), path: join(folder, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** Removes what an interrupted save left behind. */
export function removeUnfinished(folder: string): void {
  for (const name of names(folder)) {
    if (/^\.step-\d+\.(new|old)$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Removes all but the newest `keep` checkpoints. */
export function rotateCheckpoints(folder: string, keep: number): void {
  for (const { path } of listCheckpoints(folder).slice(0, -keep)) rmSync(path, { recursive: true, force: true });
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
