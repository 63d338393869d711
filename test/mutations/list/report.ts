/** Mistakes in logs, reports, charts, and usage of experts. */
import type { Mutation } from "../mutation.ts";

const tests = ["test/report"];
const axis = { file: "src/report/charts/axis.ts", tests };
const chart = { file: "src/report/charts/line-chart.ts", tests };
const usage = { file: "src/report/expert-usage.ts", tests };
const log = { file: "src/report/run-log.ts", tests };
const page = { file: "src/report/training-page.ts", tests };
const scalars = { file: "src/report/log-scalars.ts", tests: ["test/report", "test/e2e/train.test.ts"] };
const events = { file: "src/report/event-message.ts", tests };
const progress = { file: "src/base/progress.ts", tests: ["test/base/progress.test.ts"] };

export const reportMutations: readonly Mutation[] = [
  {
    ...log,
    name: "a validation that is made again stands in the log twice",
    find: 'entry.event === "validation" ? validated : step',
    replace: "step",
  },
  { ...axis, name: "steps of 3", find: "[1, 2, 5, 10].map", replace: "[1, 3, 5, 10].map" },
  {
    ...axis,
    name: "ticks are not rounded",
    find: "Number(((first + i) * step).toPrecision(12))",
    replace: "(first + i) * step",
  },
  {
    ...axis,
    name: "a constant has an axis of no length",
    find: "Math.max(first + 1, Math.ceil(high / step - 1e-9))",
    replace: "Math.ceil(high / step - 1e-9)",
  },
  {
    ...axis,
    name: "a logarithmic axis has linear places",
    find: "return between(ticks, Math.log);",
    replace: "return between(ticks, (value) => value);",
  },
  {
    ...axis,
    name: "a logarithmic axis has any number of ticks",
    find: "ticks.length <= count + 2 ||",
    replace: "ticks.length > 0 ||",
  },
  {
    ...axis,
    name: "a logarithmic axis ends below its highest value",
    find: "tick >= high * 0.9999",
    replace: "tick >= high * 0.5",
  },
  {
    ...chart,
    name: "peaks are lost where points are thinned",
    find: "kept.add(lowest).add(highest);",
    replace: "kept.add(lowest);",
  },
  {
    ...chart,
    name: "values grow downwards",
    find: "HEIGHT - MARGIN.bottom - vertical.position(y) *",
    replace: "MARGIN.top + vertical.position(y) *",
  },
  {
    ...chart,
    name: "values below 1 are missing on a logarithmic axis",
    find: '(scale === "linear" || y > 0)',
    replace: '(scale === "linear" || y >= 1)',
  },
  {
    ...usage,
    name: "words are in the order of their weights alone",
    find: "score: weight * Math.log(ofWord / importance) };",
    replace: "score: Math.log(ofWord / importance) > 0 ? weight : 0 };",
  },
  {
    ...usage,
    name: "words that are the expert's alone come first whatever their weight",
    find: "score: weight * Math.log(ofWord / importance) };",
    replace: "score: Math.log(ofWord / importance) };",
  },
  {
    ...usage,
    name: "a context keeps its first gate weight",
    find: "    known.gate = Math.max(known.gate, gate);\n",
    replace: "",
  },
  {
    ...usage,
    name: "contexts taken once are frequent",
    find: "filter(({ count }) => count > 1)",
    replace: "filter(({ count }) => count > 0)",
  },
  {
    ...usage,
    name: "information is not weighed by the parts",
    find: "bits += partShares[i]! * part.load * Math.log2(part.load / load)",
    replace: "bits += part.load * Math.log2(part.load / load)",
  },
  {
    ...usage,
    name: "positions count once for each expert",
    find: "expertsPerPosition: share(all.load, this.positions),",
    replace: "expertsPerPosition: share(all.load, all.load),",
  },
  {
    ...log,
    name: "a resume drops its own step",
    find: "entry.step <= (entry.event",
    replace: "entry.step < (entry.event",
  },
  {
    ...log,
    name: "a line that is no entry has the number of the line before",
    find: "line ${i + 1}`",
    replace: "line ${i}`",
  },
  {
    ...log,
    name: "a line cut off by a kill is an error",
    find: '.slice(0, text.lastIndexOf("\\n") + 1)\n    .split("\\n")\n    .slice(0, -1)',
    replace: '.split("\\n")\n    .filter((line) => line !== "")',
  },
  {
    ...page,
    name: "the best validation is the last",
    find: "validations.findLast(({ isBest }) => isBest === true) ?? validations.at(-1)",
    replace: "validations.at(-1)",
  },
  {
    ...page,
    name: "a run that goes on is finished",
    find: 'log.findLast(({ event }) => event === "start" || event === "end")!',
    replace: 'log.findLast(({ event }) => event === "end") ?? log[0]!',
  },
  {
    ...scalars,
    name: "the learning rate goes where the norm belongs",
    find: 'learningRate: "train/learning_rate",\n  gradientNorm: "train/gradient_norm",',
    replace: 'learningRate: "train/gradient_norm",\n  gradientNorm: "train/learning_rate",',
  },
  {
    ...scalars,
    name: "one corpus is logged twice",
    find: "if (corpora.length < 2) return scalars;",
    replace: "if (corpora.length < 1) return scalars;",
  },
  {
    ...events,
    name: "large steps are cut to 32 bits",
    find: "rest = Math.floor(rest / 0x80)",
    replace: "rest >>>= 7",
  },
  {
    ...events,
    name: "a restart is not marked",
    find: "if (sessionStart === true)",
    replace: "if (sessionStart === false)",
  },
  {
    file: "src/report/tensorboard.ts",
    tests,
    name: "values that are not finite are written",
    find: "values.filter(({ value }) => Number.isFinite(Math.fround(value)))",
    replace: "values.slice()",
  },
  {
    file: "src/report/numbers.ts",
    tests,
    name: "small numbers have many zeros",
    find: "size > 0 && size < 1e-4",
    replace: "size > 0 && size < 1e-7",
  },
  { ...progress, name: "999.9 is 1000 and not 1k", find: "value >= size * 0.9995", replace: "value >= size" },
  {
    ...progress,
    name: "minutes without leading zeros of seconds",
    find: "${Math.floor(whole / 60)}m${pad(whole % 60)}s",
    replace: "${Math.floor(whole / 60)}m${whole % 60}s",
  },
  {
    file: "src/training/run-recorder.ts",
    tests: ["test/training", "test/e2e/train.test.ts"],
    name: "the run's log has no learning rate",
    find: '{ event: "train", ...(progress as unknown as Record<string, JsonValue>), step: progress.step }',
    replace:
      '{ event: "train", ...(progress as unknown as Record<string, JsonValue>), learningRate: null, step: progress.step }',
  },
];
