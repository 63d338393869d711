/** Mistakes in what a server tells of itself, and in how it takes load. */
import type { Mutation } from "../mutation.ts";

const decoding = "test/server/decoding";
const loads = { file: "src/server/decoding/expert-loads.ts", tests: [`${decoding}/expert-loads.test.ts`] };
const kept = { tests: [`${decoding}/decoding-process.test.ts`] };
const experts = { file: "src/server/http/expert-metrics.ts", tests: ["test/server/http/expert-metrics.test.ts"] };
const engine = { file: "native/src/inference/experts.cc", tests: ["test/engine/expert-load.test.ts"] };

const queue = { file: "src/server/queue/line-queue.ts", tests: ["test/server/queue/line-queue.test.ts"] };
const throughput = { file: "src/server/queue/throughput.ts", tests: ["test/server/queue/admission.test.ts"] };
const fields = { file: "src/server/http/request-fields.ts", tests: ["test/server/http/request-fields.test.ts"] };
const adapters = { tests: ["test/server/adapters.test.ts"] };

export const servingMutations: readonly Mutation[] = [
  {
    ...engine,
    name: "experts' load counts steps instead of positions",
    find: "fetch_add(static_cast<uint64_t>(count)",
    replace: "fetch_add(static_cast<uint64_t>(count > 0)",
  },
  {
    ...loads,
    name: "a version with fewer experts cuts the load of the one before",
    find: "one.experts.length < other.experts.length ? [other, one] : [one, other]",
    replace: "[other, one]",
  },
  {
    ...kept,
    file: "src/server/decoding/decoder.ts",
    name: "the load of a model that was let go is forgotten",
    find: "this.endedLoads.addEnded([",
    replace: "new ExpertLoads().addEnded([",
  },
  {
    ...kept,
    file: "src/server/decoding/decoding-process.ts",
    name: "the load of a process that ended is forgotten",
    find: "this.endedLoads.addEnded(this.loads);",
    replace: "",
  },
  {
    file: "src/server/decoding/expert-loads.ts",
    tests: ["test/server/decoding/expert-loads.test.ts"],
    name: "experts of a model that is gone are still in memory",
    find: "memory && { ...memory, bytes: 0 }",
    replace: "memory",
  },
  {
    ...experts,
    name: "a series for each of thousands of experts",
    find: "experts.length > MOST_LABELLED_EXPERTS",
    replace: "experts.length > 100 * MOST_LABELLED_EXPERTS",
  },
  {
    ...queue,
    name: "all requests of a batch go on at once",
    find: "      await new Promise((resolve) => setImmediate(resolve));\n",
    replace: "",
  },
  {
    ...queue,
    name: "many lines wait for others",
    find: "Math.min(batchSize, ENOUGH)",
    replace: "batchSize",
  },
  {
    ...queue,
    name: "a line is passed over as long as others fit better",
    find: "Math.ceil(size / BY_TURN)",
    replace: "1",
  },
  {
    ...queue,
    name: "few lines with other options are passed over as long as there are enough of others",
    find: "lane.passed = each !== translator",
    replace: "lane.passed = false",
  },
  {
    ...throughput,
    name: "a low speed counts for ever, because a server that refuses is never full",
    find: "now - this.measuredAt <= HOLDS",
    replace: "now >= 0",
  },
  {
    ...throughput,
    name: "small batches of a server that has little to do count as its speed",
    find: "waiting >= ENOUGH",
    replace: "waiting > 0",
  },
  {
    file: "src/server/create-app.ts",
    tests: ["test/server/operation.test.ts"],
    name: "who asks again at once is refused thousands of times a second",
    find: "await pause(SLOWDOWN)",
    replace: "await pause(0)",
  },
  {
    file: "src/decoding/batch-search.ts",
    tests: ["test/decoding/translator.test.ts"],
    name: "a line that wants one translation is searched for as many as its neighbours",
    find: "nBest === 1 ? 1 : options.beamSize",
    replace: "options.beamSize",
  },
  {
    ...queue,
    name: "a free slot takes all, and the next finds nothing",
    find: "slots - this.underWay + busy",
    replace: "slots - this.underWay",
  },
  {
    ...fields,
    name: "bytes that are no UTF-8 are read as something else",
    find: "{ fatal: true }",
    replace: "{ fatal: false }",
  },
  {
    ...fields,
    name: "broken UTF-8 may be written with percent signs",
    find: "  checkPercentEncoding(text);\n",
    replace: "",
  },
  {
    ...adapters,
    file: "src/server/models/model-pool.ts",
    name: "a model is loaded once for all of its adapters",
    find: "return adapter === undefined ? directory :",
    replace: 'if (directory !== "") return directory;\n  return adapter === undefined ? directory :',
  },
  {
    ...adapters,
    file: "src/server/models/served-adapters.ts",
    name: "an adapter is taken for pairs that its model does not have",
    find: "pair.source === source && pair.target === target",
    replace: "pair.source !== target || pair.target !== source",
  },
  {
    file: "src/server/interactive/interactive-service.ts",
    tests: ["test/server/interactive/terms.test.ts"],
    name: "terms of a request count after those that stay",
    find: "...(isDirect ? terms.ofPair : []), ...terms.kept,",
    replace: "...terms.kept, ...(isDirect ? terms.ofPair : []),",
  },
  {
    file: "src/server/interactive/pair-offer.ts",
    tests: ["test/server/interactive/terms.test.ts"],
    name: "glossaries of other pairs are offered",
    find: "dictionaries.find((each) => isOfPair(each, leg))",
    replace: "dictionaries[0]",
  },
];
