import { readFileSync } from "node:fs";
import { selectBackend } from "./src/backends/select.ts";
import { writeSafetensors } from "./src/checkpoint/write-safetensors.ts";
import { loadConfig } from "./src/config/load.ts";
import { NativeTranslationModel } from "./src/engine/native-translation-model.ts";
import { seq2seqOptions } from "./src/model/options.ts";
import { Seq2Seq } from "./src/model/seq2seq.ts";
import { loadModelWordpieces } from "./src/text/model-wordpieces.ts";
import { withMarkers } from "./src/text/source-pieces.ts";

const dir = "/work/f/models/multi30k";
const config = loadConfig(`${dir}/config.yaml`);
const wp = loadModelWordpieces(`${dir}/wordpiece.model`, config);
const options = seq2seqOptions(config, wp);
const path = "/work/f/scratch/random.safetensors";
if (process.argv[2] === "make") {
  await selectBackend({ backend: "cpu" });
  const m = new Seq2Seq(options, { seed: 1 });
  writeSafetensors(
    path,
    m.parameters.map(({ name, variable }) => ({
      name,
      shape: variable.shape,
      data: variable.dataSync() as Float32Array,
    })),
  );
  process.exit(0);
}
const read = (l: string) => readFileSync(`/work/f/data/multi30k/en-de/test.${l}`, "utf8").trimEnd().split("\n");
const src = read("en").map((t) => withMarkers(wp.encode(t), undefined, wp.eosId));
const len = read("de").map((t) => wp.encode(t).length + 1);
const order = src.map((_, i) => i).sort((a, b) => src[b]!.length - src[a]!.length);
const BATCH = Number(process.env["BATCH"] ?? 64);
const batches: number[][] = [];
for (let i = 0; i < order.length; i += BATCH) batches.push(order.slice(i, i + BATCH));
const beam = Number(process.env["BEAM"] ?? 1);
const [arith, threads, par] = [process.argv[2] as "f32", Number(process.argv[3]), Number(process.argv[4])];
const model = new NativeTranslationModel(path, options, { threads, arithmetic: arith });
async function one(batch: number[]) {
  const state = await model.startDecoding(batch.map((i) => src[i]!));
  let rows = batch.map((i) => i);
  if (beam > 1) {
    state.select(Int32Array.from(batch.flatMap((_, r) => Array(beam).fill(r))));
    rows = batch.flatMap((i) => Array(beam).fill(i) as number[]);
  }
  let prev = new Int32Array(rows.length).fill(wp.bosId);
  for (let t = 1; rows.length > 0; t++) {
    const c = await state.step(prev, { count: beam > 1 ? 2 * beam : 1 });
    const kept = rows.flatMap((i, r) => (t < len[i]! ? [r] : []));
    prev = Int32Array.from(kept, (r) => c.ids[r * (beam > 1 ? 2 * beam : 1)]!);
    if (kept.length < rows.length) {
      rows = kept.map((r) => rows[r]!);
      if (rows.length) state.select(Int32Array.from(kept));
    } else if (beam > 1) state.select(Int32Array.from(kept));
  }
  state.dispose();
}
async function pass() {
  let next = 0;
  const t = performance.now();
  await Promise.all(
    Array.from({ length: par }, async () => {
      while (next < batches.length) await one(batches[next++]!);
    }),
  );
  return performance.now() - t;
}
await pass();
const times: number[] = [];
for (let i = 0; i < 5; i++) times.push(await pass());
times.sort((a, b) => a - b);
const pieces = len.reduce((s, n) => s + n, 0);
console.log(
  arith,
  `threads ${threads} par ${par} beam ${beam} batch ${BATCH}`,
  ((1000 / times[2]!) * 1000).toFixed(0),
  "sent/s",
  ((pieces / times[2]!) * 1000).toFixed(0),
  "pieces/s",
  "min",
  times[0]!.toFixed(0),
  "ms",
);
