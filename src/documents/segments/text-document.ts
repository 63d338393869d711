/** A document that is one text: segments and the edits that their translations make. */
import type { Document, LostTags, Segment, TranslationMark, WriteOptions } from "./document.ts";
import { applyEdits, type Edit } from "./edits.ts";
import type { SourceText } from "./source-text.ts";

/** A segment and how its translation is written. */
export interface Place {
  segment: Segment;
  /** Undefined where the segment is to stay as it is. */
  edits(translation: string, lostTags: LostTags, mark?: TranslationMark): Edit[] | undefined;
}

export class TextDocument implements Document {
  readonly segments: readonly Segment[];
  private readonly source: SourceText;
  private readonly places: readonly Place[];

  constructor(source: SourceText, places: readonly Place[]) {
    this.source = source;
    this.places = places;
    this.segments = places.map(({ segment }) => segment);
  }

  write(translations: readonly (string | undefined)[], options: WriteOptions = {}): Uint8Array {
    return this.source.encode(this.writeText(translations, options));
  }

  /** As `write`, without the file's encoding. */
  writeText(translations: readonly (string | undefined)[], options: WriteOptions = {}): string {
    checkCount(translations.length, this.segments.length);
    const edits = this.places.flatMap(({ segment, edits }, i) => {
      const translation = translations[i];
      if (translation === undefined || translation === segment.current) return [];
      return edits(translation, options.lostTags ?? "error", options.marks?.[i]) ?? [];
    });
    // An edit that several segments ask for, such as that of the file's target language, is made once.
    return applyEdits(this.source.text, [...new Set(edits)]);
  }
}

export function checkCount(translations: number, segments: number): void {
  if (translations !== segments) throw new RangeError(`${translations} translations for ${segments} segments`);
}

/** A place whose text has no inline tags: `encode` makes what is written from `from` to `to`. */
export function plainPlace(
  source: SourceText,
  range: { from: number; to: number; text: string; id?: string },
  encode: (translation: string) => string,
): Place {
  const { from, to, text, id } = range;
  const line = source.lineAt(from);
  return {
    segment: { text, current: text, state: "new", line, tags: [], ...(id !== undefined && { id }) },
    edits: (translation) => [{ from, to, parts: [encode(translation)] }],
  };
}
