/** The archive of IWSLT 2014, German and English, which the recipe and the test set read. */
import type { SourceFile } from "../fetch/source-file.ts";

/** Nobody states a checksum of it. */
export const ARCHIVE: SourceFile = {
  name: "iwslt14.de-en.tgz",
  urls: [
    "https://dl.fbaipublicfiles.com/fairseq/data/iwslt14/de-en.tgz",
    "https://wit3.fbk.eu/archive/2014-01/texts/de/en/de-en.tgz",
  ],
};

/** Development and test talks that together are the customary test set of 6,750 sentences. */
export const TEST_TALKS = ["TED.dev2010", "TEDX.dev2012", "TED.tst2010", "TED.tst2011", "TED.tst2012"] as const;
