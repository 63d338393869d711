/** Mistakes in what ranks share besides training, and in what a job leaves on a disk. */
import type { Mutation } from "../mutation.ts";

const led = { file: "src/parallel/led-work.ts", tests: ["test/parallel/led-work.test.ts"] };
const parts = { file: "src/parallel/parts.ts", tests: ["test/parallel/led-work.test.ts"] };
const atomic = { file: "src/base/atomic-file.ts", tests: ["test/base/atomic-file.test.ts"] };
const cost = { file: "bench/cluster/cost-model.ts", tests: ["test/bench/cost-model.test.ts"] };

export const clusterMutations: readonly Mutation[] = [
  {
    ...led,
    name: "the last window's results are not asked for",
    find: "  if (before !== undefined) yield await led.results(before);\n}",
    replace: "}",
  },
  {
    ...led,
    name: "a window's results are awaited before the next one is given out",
    find: "    const round = await led.start(cut(window));\n    if (before !== undefined) yield await led.results(before);\n    before = round;",
    replace:
      "    before = await led.start(cut(window));\n    yield await led.results(before);\n    before = undefined;",
  },
  {
    ...parts,
    name: "an item belongs to the part where it begins",
    find: "(before + weight / 2)",
    replace: "before",
  },
  {
    ...atomic,
    name: "what another machine writes is judged by the processes of this one",
    find: "host !== HOST || isRunning",
    replace: "id === undefined || isRunning",
  },
  { ...cost, name: "all rows leave a rank", find: "numberBytes * others,\n", replace: "numberBytes,\n" },
  {
    ...cost,
    name: "gradients cost nothing where some hide",
    find: "Math.max(0, denseBytes",
    replace: "Math.min(0, denseBytes",
  },
];
