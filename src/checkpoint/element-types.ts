/** Types of a tensor's elements in a safetensors file, little-endian, and the arrays they become. */

/** Types whose arrays are read and written as they are. */
const arrayTypes = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;
/** Types that JavaScript has no array of: bytes an element, and what they are read as. */
const convertedTypes = {
  F16: { bytes: 2, convert: widenHalf },
  BF16: { bytes: 2, convert: widenBrainFloat },
  BOOL: { bytes: 1, convert: (buffer: ArrayBuffer) => new Uint8Array(buffer) },
} as const;

type ArrayType = keyof typeof arrayTypes;
export type DataType = ArrayType | keyof typeof convertedTypes;
export type TensorData = InstanceType<(typeof arrayTypes)[ArrayType]>;

/** Types that can be read. */
export const dataTypes = [...Object.keys(arrayTypes), ...Object.keys(convertedTypes)] as readonly DataType[];

export function bytesPerElement(dtype: DataType): number {
  return isConverted(dtype) ? convertedTypes[dtype].bytes : arrayTypes[dtype].BYTES_PER_ELEMENT;
}

/**
 * The elements that `buffer` holds. `F16` and `BF16` become the same values in 32-bit floats; 64-bit integers become BigInts, since
 * no number holds all of them; `BOOL` becomes bytes.
 */
export function arrayOf(dtype: DataType, buffer: ArrayBuffer): TensorData {
  return isConverted(dtype) ? convertedTypes[dtype].convert(buffer) : new arrayTypes[dtype](buffer);
}

/** The type that an array is written as. */
export function dataTypeOf(data: TensorData): ArrayType {
  return (Object.keys(arrayTypes) as ArrayType[]).find((name) => data instanceof arrayTypes[name])!;
}

/** Elements of a tensor; an axis of 0 leaves none, however long the others are. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, axis) => product * axis, 1);
}

function isConverted(dtype: DataType): dtype is keyof typeof convertedTypes {
  return Object.hasOwn(convertedTypes, dtype);
}

/** bfloat16 is the upper half of a 32-bit float. */
function widenBrainFloat(buffer: ArrayBuffer): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer);
}

/** IEEE 754 binary16: a sign, 5 bits of exponent (bias 15) and 10 of fraction. */
function widenHalf(buffer: ArrayBuffer): Float32Array<ArrayBuffer> {
  const halves = new Uint16Array(buffer);
  const values = new Float32Array(halves.length);
  const words = new Uint32Array(values.buffer);
  for (const [i, half] of halves.entries()) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) values[i] = (sign < 0 ? -1 : 1) * fraction * 2 ** -24;
    else words[i] = sign | ((exponent === 0x1f ? 0xff : exponent + 112) << 23) | (fraction << 13);
  }
  return values;
}
