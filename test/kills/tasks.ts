/** All that is killed, by name. */
import { downloadTask } from "./download-tasks.ts";
import { finetuneTask } from "./finetune-task.ts";
import { importTask } from "./import-task.ts";
import type { OpenTask } from "./kill-task.ts";
import { ranksTask } from "./ranks-task.ts";

export const TASKS = {
  opus: downloadTask("opus"),
  hub: downloadTask("hub"),
  import: importTask,
  finetune: finetuneTask(["--new_wordpieces", "4"]),
  adapter: finetuneTask(["--adapter", "2"]),
  ranks: ranksTask,
} as const satisfies Record<string, OpenTask>;
