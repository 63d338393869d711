/** VS Code's language packs, unpacked: the main list of messages and an extension's. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPack, splitMessage } from "../../../src/corpora/formats/vscode-l10n-messages.ts";
import { NASTY, sentences } from "../../text/sample-text.ts";
import { expectThat, type Format } from "../format.ts";

const TRANSLATIONS = "package/translations";
const MAIN = `${TRANSLATIONS}/main.i18n.json.js`;
const EXTENSION = `${TRANSLATIONS}/extensions/x.i18n.json`;

export const languagePacks: Format = {
  name: "language-pack",
  isText: true,
  samples: () => {
    const messages = [...sentences(40, 11), ...NASTY].map((text) => `  ${JSON.stringify(text)},\n`);
    const main = `globalThis.x = [\n${messages.join("  undefined,\n")}  "end"\n];\n`;
    const contents = { bundle: { a: "Open &&File", b: "{0} lines" }, package: { c: "Close" } };
    const extension = JSON.stringify({ version: "1.0.0", contents }, undefined, 2);
    return [{ files: { [MAIN]: Buffer.from(main), [EXTENSION]: Buffer.from(extension) } }];
  },
  read: (folder) => {
    const paths = [MAIN, EXTENSION].filter((path) => existsSync(join(folder, path)));
    const pack = readPack(new Map(paths.map((path) => [path, readFileSync(join(folder, path))])), folder);
    for (const [key, text] of pack) {
      expectThat(typeof key === "string" && typeof text === "string", "a message is no text");
      for (const pair of splitMessage(text, text, "ja")) expectThat(pair.length === 2, "a message has no two sides");
    }
  },
};
