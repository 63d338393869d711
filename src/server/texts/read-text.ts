/** Texts of requests, by their format: what in them is to be translated, and they themselves again with its translations. */
import { DataError } from "../../base/errors.ts";
import { readHtmlText } from "../../documents/html.ts";
import type { MarkupOptions } from "../../documents/segments/markup-options.ts";
import { SourceText } from "../../documents/segments/source-text.ts";
import { readXmlText } from "../../documents/xml-text.ts";
import type { TaggedText } from "../../segments/segment-text.ts";
import type { WhiteSpace } from "../../segments/white-space.ts";
import { RequestError } from "../request-error.ts";

/** How a text is to be read. */
export interface TextFormat {
  kind: "text" | "html" | "xml";
  /** Of HTML and XML. */
  markup?: MarkupOptions;
  /** Whether it is cut into sentences. Default true. */
  sentences?: boolean;
  /** What its white space means. Default: `lines`; in HTML `collapsible`, but for elements that keep it. */
  whiteSpace?: WhiteSpace;
}

export interface ReadText {
  /** What is to be translated. */
  readonly texts: readonly TaggedText[];
  /** The whole with these in their places. */
  write(translations: readonly string[]): string;
}

/** Throws RequestError 400 for XML that is not well-formed. */
export function readText(text: string, { kind, markup = {}, whiteSpace }: TextFormat): ReadText {
  if (kind === "text") return { texts: [{ text, tags: [] }], write: ([translation]) => translation! };
  const source = new SourceText(text, "text");
  const document = kind === "html" ? readHtmlText(source, markup) : xmlDocument(source, markup);
  return {
    texts: document.segments.map((segment) => (whiteSpace === undefined ? segment : { ...segment, whiteSpace })),
    write: (translations) => document.writeText(translations, { lostTags: "edges" }),
  };
}

function xmlDocument(source: SourceText, markup: MarkupOptions) {
  try {
    return readXmlText(source, markup);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const place = error.where?.replace(/^text, /, "") ?? "text";
    throw new RequestError(400, `Tag handling parsing failed, please check input: ${place}: ${error.message}`, {
      nextStep: "Close every tag, write & as &amp; and < as &lt;, or send tag_handling=html.",
      cause: error,
    });
  }
}
