/** Character references of XML, and the few of HTML that help pages use. */
import { decodeReferences, referenceNames } from "../../base/character-references.ts";

/** Soft hyphens are no part of a text. */
const NAMES = new Map([...referenceNames, ["shy", ""]]);

/** Unknown references stay as they are. */
export function decodeEntities(text: string): string {
  return decodeReferences(text, NAMES);
}
