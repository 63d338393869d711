/** The mean of several checkpoints' weights, tensor by tensor: only one tensor of each file is in memory at a time. */
import { CheckpointError } from "../base/errors.ts";
import { elementCount } from "./element-types.ts";
import { checkSameParameters } from "./match.ts";
import { SafetensorsReader } from "./read-safetensors.ts";
import type { NamedArray } from "./safetensors-header.ts";

/** Averages weight files of one model in 64-bit. Throws CheckpointError when a file is damaged or of another model. */
export function averageCheckpoints(paths: readonly string[]): NamedArray[] {
  if (paths.length === 0) {
    throw new CheckpointError("no checkpoints to average", { nextStep: "Name at least one weight file." });
  }
  const readers: SafetensorsReader[] = [];
  try {
    for (const path of paths) readers.push(new SafetensorsReader(path));
    const { entries } = readers[0]!.header;
    for (const { path, header } of readers.slice(1)) checkSameParameters(entries, header.entries, path);
    const entryOf = new Map(readers.map((reader) => [reader, new Map(reader.header.entries.map((e) => [e.name, e]))]));
    return entries.map((entry) => {
      const sum = new Float64Array(elementCount(entry.shape));
      for (const reader of readers) {
        const { data } = reader.read(entryOf.get(reader)!.get(entry.name)!);
        for (let i = 0; i < sum.length; i++) sum[i]! += Number(data[i]);
      }
      return { name: entry.name, shape: entry.shape, data: Float32Array.from(sum, (total) => total / paths.length) };
    });
  } finally {
    for (const reader of readers) reader.close();
  }
}
