/** What a person has chosen in a translation, by the segment of the text: kept as long as the text has the segment. */
import type { ChosenTranslation } from "../../../src/server/interactive/answers.ts";

/** Choices kept, the oldest go first. */
const MOST = 500;

export class Choices {
  private readonly bySegment = new Map<string, ChosenTranslation>();

  /** The segment's translation begins so, or is all of it. */
  choose(choice: ChosenTranslation): void {
    this.bySegment.delete(choice.segment);
    this.bySegment.set(choice.segment, choice);
    if (this.bySegment.size > MOST) this.bySegment.delete(this.bySegment.keys().next().value!);
  }

  of(segment: string): ChosenTranslation | undefined {
    return this.bySegment.get(segment);
  }

  /** Those whose segments a text may have. */
  in(text: string): ChosenTranslation[] {
    return [...this.bySegment.values()].filter(({ segment }) => text.includes(segment));
  }

  /** Forgets the choice for a segment. */
  undo(segment: string): void {
    this.bySegment.delete(segment);
  }

  clear(): void {
    this.bySegment.clear();
  }
}
