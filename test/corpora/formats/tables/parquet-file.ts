/** Writes small Parquet files for tests: columns of texts, or a translation with a field a language, as the Hub has them. */

import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";

export interface ParquetForm {
  codec?: "UNCOMPRESSED" | "SNAPPY" | "GZIP";
  /** Rows of a group. */
  group?: number;
}

export function parquetOf(
  columns: Record<string, readonly (string | null)[]>,
  { codec = "SNAPPY", group = 3 }: ParquetForm = {},
): Buffer {
  const columnData = Object.entries(columns).map(([name, data]) => ({
    name,
    data: [...data],
    type: "STRING" as const,
  }));
  return Buffer.from(parquetWriteBuffer({ columnData, codec, rowGroupSize: group, compressors: { GZIP: gzipSync } }));
}

/** `translation` with a field for each language. */
export function parquetTranslations(
  texts: readonly Record<string, string | null>[],
  { codec = "SNAPPY", group = 3 }: ParquetForm = {},
): Buffer {
  const languages = Object.keys(texts[0]!);
  const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;
  return Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: "id", data: texts.map((_, i) => i) },
        { name: "translation", data: [...texts] },
      ],
      schema: [
        { name: "root", num_children: 2 },
        { name: "id", type: "INT32", repetition_type: "REQUIRED" },
        { name: "translation", num_children: languages.length, repetition_type: "OPTIONAL" },
        ...languages.map((name) => ({ name, ...text })),
      ],
      codec,
      rowGroupSize: group,
      compressors: { GZIP: gzipSync },
    }),
  );
}
