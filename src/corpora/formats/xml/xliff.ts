/**
 * XLIFF 1.2 and 2.0 (OASIS): units and their segments, by state. Alternative translations (`alt-trans`), notes and what stands between segments
 * are no pairs.
 */
import { rootElement } from "../../../data/files/text-format.ts";
import { type Importer, type ImportItem, type ImportOptions, type SkipReason, skip } from "../importer.ts";
import { type Sides, sidesOf } from "../sides.ts";
import { childOf, childrenOf, inherited, readElements, textOf, type XmlElement } from "./elements.ts";
import { inlinePairs } from "./inline-text.ts";

export const xliff: Importer = {
  name: "xliff",
  title: "an XLIFF file",
  files: 1,
  matches: ({ text, name }) => {
    const root = rootElement(text.trimStart())?.name;
    return root === "xliff" || (root === undefined && /\.(?:xlf|xliff|sdlxliff|mxliff|mqxliff)$/.test(name));
  },
  pairs: (file, options) =>
    readElements<ImportItem>(file, ["xliff"], ["trans-unit", "unit"], (unit, items) => {
      for (const item of unitItems(unit, options)) items.push(item);
    }),
};

/** States that say that nothing is translated yet, and those that say that somebody has to look at it. */
const UNTRANSLATED = /^(?:new|initial|needs-(?:translation|adaptation|l10n))$/;
const TO_REVIEW = /^needs-/;
const APPROVED = /^(?:final|signed-off|reviewed)$/;

function unitItems(unit: XmlElement, options: ImportOptions): ImportItem[] {
  const { line } = unit;
  if (unit.isMalformed) return [skip("malformed", line)];
  if (inherited(unit, "translate") === "no") return [skip("not to be translated", line)];
  const said = (...names: string[]) => names.map((name) => inherited(unit, name)).find((value) => value !== undefined);
  const sides = sidesOf(said("source-language", "srcLang"), said("target-language", "trgLang"), options);
  if (sides === "other languages") return [skip("not in both languages", line)];
  if (unit.name === "trans-unit") {
    const target = childOf(unit, "target");
    const isApproved = unit.attributes["approved"] === "yes";
    return textItems(unit, childOf(unit, "seg-source"), target?.attributes["state"], isApproved, sides, options);
  }
  return childrenOf(unit, "segment").flatMap((segment) =>
    textItems(segment, undefined, segment.attributes["state"], false, sides, options),
  );
}

/** Pairs of the <source> and <target> inside an element; `segmented` is the source cut into segments. */
function textItems(
  element: XmlElement,
  segmented: XmlElement | undefined,
  state: string | undefined,
  isApproved: boolean,
  sides: Sides,
  options: ImportOptions,
): ImportItem[] {
  const { line } = element;
  const [source, target] = [childOf(element, "source"), childOf(element, "target")];
  if (source === undefined || target === undefined) return [skip("not translated", line)];
  const obstacle = obstacleOf(state, isApproved, options);
  if (obstacle !== undefined) return [skip(obstacle, line)];
  return segmentsOf(source, segmented, target).flatMap(([one, other]) => {
    if (other === undefined || textOf(other).trim() === "") return [skip("not translated", line)];
    return sides === "swapped" ? inlinePairs(other, one, options, line) : inlinePairs(one, other, options, line);
  });
}

function obstacleOf(state: string | undefined, isApproved: boolean, options: ImportOptions): SkipReason | undefined {
  if (state !== undefined && UNTRANSLATED.test(state)) return "not translated";
  if (state !== undefined && TO_REVIEW.test(state) && !options.fuzzy) return "fuzzy or to be reviewed";
  const known = isApproved || (state !== undefined && APPROVED.test(state));
  return options.approved && !known ? "not approved" : undefined;
}

/** The segments of a unit of 1.2 by their `mid`, where both sides are cut into some; else both as a whole. */
function segmentsOf(
  source: XmlElement,
  segmented: XmlElement | undefined,
  target: XmlElement,
): [XmlElement, XmlElement | undefined][] {
  const sources = marked(segmented ?? source);
  const targets = new Map(marked(target).map((segment) => [segment.attributes["mid"], segment]));
  if (sources.length === 0 || targets.size === 0) return [[source, target]];
  return sources.map((segment) => [segment, targets.get(segment.attributes["mid"])]);
}

function marked(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) => {
    if (typeof child === "string") return [];
    return child.name === "mrk" && child.attributes["mtype"] === "seg" ? [child] : marked(child);
  });
}
