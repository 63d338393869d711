/** Java's .properties: values by key. */
import { SourceText } from "../../../documents/segments/source-text.ts";
import { readPropertyEntries } from "../../../documents/syntax/property-entries.ts";
import { wholeBytes } from "../decoded-text.ts";
import { keyedImporter } from "./keyed.ts";

export const properties = keyedImporter({
  name: "properties",
  title: "a .properties file",
  matches: ({ name }) => name.endsWith(".properties"),
  read: async (file) => {
    const source = new SourceText(await wholeBytes(file), file.path, true);
    return readPropertyEntries(source).map(({ key, text, from }) => ({ key, text, line: source.lineAt(from) }));
  },
});
