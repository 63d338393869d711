/** A model's weights as 8-bit integers with a scale for each output, as the native engine makes them of others. */
import { loadAddon } from "../backends/native/addon.ts";
import { CheckpointError } from "../base/errors.ts";
import { SafetensorsReader } from "../checkpoint/read-safetensors.ts";
import type { NamedArray } from "../checkpoint/safetensors-header.ts";

/** Suffix of the tensor that holds a matrix's scales. */
const SCALES = ".scales";

/**
 * The tensors of a weights file with all matrices as 8-bit integers, lines of them along the inputs; a tensor `<name>.scales` has each line's
 * factor. Gates of experts and vectors stay as they are. Throws CheckpointError for a file that is damaged or has 8-bit matrices already.
 */
export function quantizeWeights(path: string): NamedArray[] {
  const reader = new SafetensorsReader(path);
  try {
    return reader.header.entries.flatMap((entry) => {
      const tensor = reader.read(entry);
      if (tensor.data instanceof Float32Array) return quantized(tensor, tensor.data);
      throw new CheckpointError(`tensor ${entry.name} has type ${entry.dtype}, which is not quantised`, {
        where: path,
        nextStep: "Give the model that nmt train or nmt average wrote.",
      });
    });
  } finally {
    reader.close();
  }
}

function quantized(tensor: NamedArray, data: Float32Array): NamedArray[] {
  const { name, shape } = tensor;
  if (shape.length < 2 || /\.gate\./.test(name)) return [tensor];
  // Embeddings and the softmax's weights have a line for each piece; all other matrices are [inputs, outputs].
  const isTable = /(^|\.)(embedding|output\.weights)$/.test(name);
  const [first, second] = shape.slice(-2) as [number, number];
  const [lines, width] = isTable ? [first, second] : [second, first];
  const matrices = shape.slice(0, -2);
  const bytes = new Int8Array(data.length);
  const scales = new Float32Array(width === 0 ? 0 : data.length / width);
  const size = lines * width;
  for (let i = 0; i * size < data.length; i++) {
    const part = data.subarray(i * size, (i + 1) * size);
    const [outBytes, outScales] = [
      bytes.subarray(i * size, (i + 1) * size),
      scales.subarray(i * lines, (i + 1) * lines),
    ];
    loadAddon().quantizeMatrix(part, lines, width, !isTable, outBytes, outScales);
  }
  return [
    { name, shape: [...matrices, lines, width], data: bytes },
    { name: name + SCALES, shape: [...matrices, lines], data: scales },
  ];
}
