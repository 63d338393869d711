/**
 * Apache Parquet: tables by column, in groups of rows, as data sets are published. The two texts are columns, or fields of a `translation` inside. Its
 * reader is loaded with the first such file.
 */
import type { Importer } from "../importer.ts";

const MAGIC = "PAR1";

export const parquet: Importer = {
  name: "parquet",
  title: "a Parquet file",
  files: 1,
  matches: ({ bytes }) => Buffer.from(bytes.subarray(0, 4)).toString("latin1") === MAGIC,
  pairs: async function* (file, options) {
    const { readParquet } = await import("./parquet-rows.ts");
    yield* readParquet(file, options);
  },
};
