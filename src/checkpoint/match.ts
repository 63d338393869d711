/** Compares stored tensors with the parameters a model has, and names the first that differs. */
import { CheckpointError } from "../base/errors.ts";
import type { DividedValues } from "../parallel/divided-values.ts";
import { type DataType, dataTypeOf } from "./element-types.ts";
import type { NamedArray } from "./safetensors-header.ts";

export interface ShapeOf {
  name: string;
  shape: readonly number[];
}

/** Throws CheckpointError naming the first parameter, in the model's order, that is missing, has another shape, or is too many. */
export function checkSameParameters(model: readonly ShapeOf[], stored: readonly ShapeOf[], where: string): void {
  const inModel = new Set(model.map(({ name }) => name));
  const byName = new Map(stored.map(({ name, shape }) => [name, shape]));
  for (const { name, shape } of model) {
    const found = byName.get(name);
    if (found === undefined) throw otherModel(where, `parameter ${name} ${axes(shape)} of this model is not in it`);
    if (found.length !== shape.length || found.some((axis, i) => axis !== shape[i])) {
      throw otherModel(where, `parameter ${name} is ${axes(found)} there and ${axes(shape)} in this model`);
    }
  }
  const extra = stored.find(({ name }) => !inModel.has(name));
  if (extra !== undefined) {
    throw otherModel(where, `parameter ${extra.name} ${axes(extra.shape)} is not part of this model`);
  }
}

/** Parameters by name. */
export type NamedValues = ReadonlyMap<string, DividedValues>;

/** Stored tensors by name, as models take them. Throws CheckpointError for a tensor that is not of f32, f16 or bf16. */
export function floatsByName(tensors: readonly NamedArray[]): NamedValues {
  return new Map(
    tensors.map(({ name, shape, data }) => {
      requireFloats(name, dataTypeOf(data));
      return [name, { shape, data: data as Float32Array }];
    }),
  );
}

/** Throws CheckpointError for a tensor that models don't take. */
export function requireFloats(name: string, dtype: DataType): void {
  if (dtype === "I8") {
    throw new CheckpointError(`tensor ${name} holds 8-bit integers, which the native engine alone runs`, {
      nextStep: "Use --backend native, or the model that nmt quantize was given.",
    });
  }
  if (["F32", "F16", "BF16"].includes(dtype)) return;
  throw new CheckpointError(`tensor ${name} does not hold floating-point numbers of at most 32 bits`, {
    nextStep: "Use weights that nmt train or nmt average wrote, or convert it to F32.",
  });
}

function otherModel(where: string, what: string): CheckpointError {
  return new CheckpointError(`the checkpoint is of another model: ${what}`, {
    where,
    nextStep: "Use the configuration the checkpoint was trained with, or train into another save_model directory.",
  });
}

function axes(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
