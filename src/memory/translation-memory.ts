/** A translation memory: texts with their translations, found by the same text or a similar one. */
import { EditPattern } from "../base/texts/edit-similarity.ts";
import { GramIndex } from "./gram-index.ts";

/** A translation of a text like the one that was looked up. */
export interface MemoryHit {
  /** The memory's text. */
  source: string;
  target: string;
  /** Of the two texts: 1 where they are the same but for white space. */
  similarity: number;
}

/** Whether a hit serves. */
export type Accepts = (hit: MemoryHit) => boolean;

export class TranslationMemory {
  /** Text as it is compared → its place. */
  private readonly places = new Map<string, number>();
  private readonly texts: string[] = [];
  /** [texts] Translations in the order in which they came. */
  private readonly hits: MemoryHit[][] = [];
  private index: GramIndex | undefined;

  /** How many different texts there are. */
  get size(): number {
    return this.texts.length;
  }

  /** A later translation of the same text goes before earlier ones. */
  add(source: string, target: string): void {
    const text = compared(source);
    if (text === "") return;
    let place = this.places.get(text);
    if (place === undefined) {
      place = this.texts.push(text) - 1;
      this.places.set(text, place);
      this.hits.push([]);
      this.index = undefined;
    }
    this.hits[place]!.push({ source, target, similarity: 1 });
  }

  /**
   * The hit with the largest similarity of at least `least`, more than 0, that is accepted: 1 − distance / length of the longer text, in letters, case and
   * punctuation among them; of equal ones that which came first into the memory, with its latest translation.
   */
  find(source: string, least: number, accepts: Accepts = () => true): MemoryHit | undefined {
    const text = compared(source);
    const same = this.places.get(text);
    const exact = same === undefined ? undefined : this.acceptedOf(same, 1, accepts);
    if (exact !== undefined || least >= 1 || text === "") return exact;
    this.index ??= new GramIndex(this.texts);
    const pattern = new EditPattern(text);
    let best: MemoryHit | undefined;
    let bestPlace = -1;
    for (const { text: place, most } of this.index.candidates(text, least)) {
      if (best !== undefined && most < best.similarity) break;
      const alike = pattern.similarityTo(this.texts[place]!, best?.similarity ?? least);
      const isBetter =
        best === undefined
          ? alike >= least
          : alike > best.similarity || (alike === best.similarity && place < bestPlace);
      if (!isBetter) continue;
      const hit = this.acceptedOf(place, alike, accepts);
      if (hit === undefined) continue;
      best = hit;
      bestPlace = place;
    }
    return best;
  }

  private acceptedOf(place: number, alike: number, accepts: Accepts): MemoryHit | undefined {
    const hit = this.hits[place]!.findLast((each) => accepts({ ...each, similarity: alike }));
    return hit && { ...hit, similarity: alike };
  }
}

/** White space is one space, and letters are written in one way. */
function compared(text: string): string {
  return text.normalize("NFC").replace(/\s+/gu, " ").trim();
}
