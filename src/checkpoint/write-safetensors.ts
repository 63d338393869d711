/** Writes tensors as a safetensors file, atomically and in chunks: no copy of the tensors is made, files may be many gigabytes. */
import { crc32 } from "node:zlib";
import { writeFileAtomic } from "../base/atomic-file.ts";
import { CheckpointError } from "../base/errors.ts";
import { bytesPerElement, dataTypeOf } from "./element-types.ts";
import { hasLoneSurrogate } from "./header-json.ts";
import { checksumText, chunksOf, encodeHeader, METADATA, type NamedArray } from "./safetensors-header.ts";

/** Writes `tensors` to `path`, wider types first so that every tensor is aligned to its type. Metadata values are text. Throws CheckpointError for names that no file can hold. */
export function writeSafetensors(
  path: string,
  tensors: readonly NamedArray[],
  metadata: Readonly<Record<string, string>> = {},
): void {
  checkNames(tensors, path);
  const placed = tensors.map(({ name, shape, data }) => ({ name, shape, data, dtype: dataTypeOf(data) }));
  placed.sort((a, b) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  const described = placed.map(({ name, shape, data, dtype }) => {
    let checksum = crc32(checksumText({ name, dtype, shape }));
    for (const chunk of chunksOf(data)) checksum = crc32(chunk, checksum);
    return { name, dtype, shape, byteLength: data.byteLength, checksum };
  });
  writeFileAtomic(path, file());

  function* file(): Generator<Uint8Array> {
    yield encodeHeader(described, { format: "gnmt-moe", ...metadata });
    for (const { data } of placed) yield* chunksOf(data);
  }
}

function checkNames(tensors: readonly NamedArray[], path: string): void {
  const names = new Set<string>([METADATA]);
  for (const { name } of tensors) {
    if (names.has(name) || hasLoneSurrogate(name)) {
      throw new CheckpointError(`a tensor cannot be named ${JSON.stringify(name)}`, {
        where: path,
        nextStep: `Give each tensor a name of its own that is Unicode text and not ${METADATA}.`,
      });
    }
    names.add(name);
  }
}
