/** Tensors of a file, read when they are asked for: none is in memory before, and of one that is divided among ranks only a part ever is. */
import type { DividedValues } from "../parallel/divided-values.ts";
import type { Part } from "../parallel/parts.ts";
import { type NamedValues, requireFloats } from "./match.ts";
import { SafetensorsReader } from "./read-safetensors.ts";
import type { NamedArray, TensorEntry } from "./safetensors-header.ts";

/** What a file says, and its tensors by name. */
export interface StoredValues {
  metadata: Readonly<Record<string, string>>;
  values: NamedValues;
}

/**
 * Reads the header of a file, which must stay as it is for as long as values are asked for. Throws CheckpointError where it is missing, cut off or not
 * safetensors, and for tensors that models don't take (`require` says which), later for one whose bytes were altered.
 */
export function storedValues(path: string, require = requireFloats): StoredValues {
  const { metadata, entries } = withReader(path, ({ header }) => header);
  for (const { name, dtype } of entries) require(name, dtype);
  return { metadata, values: new Map(entries.map((entry) => [entry.name, new StoredTensor(path, entry)])) };
}

class StoredTensor implements DividedValues {
  private readonly path: string;
  private readonly entry: TensorEntry;

  constructor(path: string, entry: TensorEntry) {
    this.path = path;
    this.entry = entry;
  }

  get shape(): readonly number[] {
    return this.entry.shape;
  }

  get data(): Float32Array {
    return floats(withReader(this.path, (reader) => reader.read(this.entry)));
  }

  part(of: Part): Float32Array {
    return floats(withReader(this.path, (reader) => reader.readPart(this.entry, of)));
  }
}

function floats({ data }: Pick<NamedArray, "data">): Float32Array {
  return data as Float32Array;
}

function withReader<Result>(path: string, use: (reader: SafetensorsReader) => Result): Result {
  const reader = new SafetensorsReader(path);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}
