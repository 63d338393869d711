/** Source of truth: alignments and the places of tags, by hand: a digit before a target word is the source word that it looked at. */
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { maskStyle } from "../../../src/segments/masks.ts";
import { isSegment, type Segment, segmentText } from "../../../src/segments/segment-text.ts";
import { tagPartners } from "../../../src/segments/tags/tag-partners.ts";
import { untag } from "../../../src/segments/tags/untag.ts";

function segmentOf(text: string): Segment {
  return segmentText(text, { sentences: false }).find(isSegment)!;
}

/** Words with the source words that they looked at, `1:ein 0+2:Hund`; a weight may follow, `1*0.4`. */
function aligned(marked: string, sourceWords: number) {
  const words = marked.split(" ").map((word) => /^([\d+*.]*):(.*)$/.exec(word)!.slice(1) as [string, string]);
  const alignment = words.map(([links]) => {
    const row = new Array<number>(sourceWords).fill(0);
    for (const link of links.split("+").filter((each) => each !== "")) {
      const [word, weight = "1"] = link.split("*");
      row[Number(word)] = Number(weight);
    }
    return row;
  });
  return { text: words.map(([, word]) => word).join(" "), alignment: alignment.map((row) => Float32Array.from(row)) };
}

function restored(source: string, marked: string): string | undefined {
  const untagged = untag(segmentOf(source), { masks: maskStyle("braces"), glossaries: [] })!;
  const words = untagged.masked.line.split(/\s+/).length;
  const tokens = untagged.restore(aligned(marked, words));
  return tokens?.map((token) => (typeof token === "string" ? token : token.text)).join("");
}

describe("tags by alignment", () => {
  it.each([
    ["the <b>big</b> dog", "0:der 1:große 2:Hund", "der <b>große</b> Hund"],
    ["I have <i>seen it</i> now", "0:ich 1:habe 4:jetzt 3:es 2:gesehen", "ich habe jetzt <i>es gesehen</i>"],
    // Both words look at the pair; the one between them is part of the run, since they outweigh it.
    ["a <b>fire engine</b> came", "1:Feuer 0*0.5:wehr 2:auto 3:kam", "<b>Feuer wehr auto</b> kam"],
    [
      "Press <b>Save</b>, then go.",
      "0:Drücken 2:dann 1:Speichern, 3:weiter.",
      "Drücken dann <b>Speichern</b>, weiter.",
    ],
    ["He said <q>(yes)</q> twice", "0:Er 1:sagte 3:zweimal 2:(ja)", "Er sagte zweimal <q>(ja)</q>"],
    [
      "see <a>the <b>new</b> page</a> now",
      "4:jetzt 1:die 2:neue 3:Seite 0:ansehen",
      "jetzt <a>die <b>neue</b> Seite</a> ansehen",
    ],
    ["<b>One</b> and <i>two</i> more", "2:zwei 1:und 0:eins 3:mehr", "<i>zwei</i> und <b>eins</b> mehr"],
    // No word looked at the pair most: the one that did so least badly.
    ["group <b>of</b> boys", "0:Gruppe 2+1*0.4:Jungen", "Gruppe <b>Jungen</b>"],
    ["one <br>two", "0:eins 1:zwei", "eins <br>zwei"],
    ["one<br> two", "0:eins 1:zwei", "eins<br> zwei"],
    ["one<br>two", "0:eins 1:zwei", "eins<br> zwei"],
    ["click <img src=a> now", "1:jetzt 0:klicken", "jetzt klicken <img src=a>"],
    ["press <kbd id=k/> to go", "0:drücken 1:um 2:zu 2:gehen", "drücken <kbd id=k/> um zu gehen"],
    ["a <b>b<br/>c</b> d", "3:w 1:x 2:y 0:z", "w <b>x<br/> y</b> z"],
    ["open <b>{0}</b> of {1} now", "4:jetzt 3:{1} 2:von 1:{0} 0:öffnen", "jetzt {1} von <b>{0}</b> öffnen"],
    ["drink H<sub>2</sub>O daily", "2:täglich 1:H2O 0:trinken", "täglich H<sub>2</sub>O trinken"],
    ["the <a></a>dog ran", "2:lief 0:der 1:Hund", "lief der <a></a>Hund"],
  ])("%s → %s", (source, marked, expected) => {
    expect(restored(source, marked)).toBe(expected);
  });

  it.each([
    ["a tag inside a word that is another one then", "the un<b>happy</b> man", "0:der 1:traurige 2:Mann"],
    ["more pairs than words", "<b>one</b> <i>two</i> x", "0+1+2:alle"],
    ["a mask that is missing", "open <b>it</b> in {0} now", "0:öffne 1:es 2:in 4:jetzt"],
    ["an alignment of other words", "the <b>big</b> dog", "0:der 3:große 2:Hund"],
  ])("is not known for %s", (_, source, marked) => {
    expect(restored(source, marked)).toBeUndefined();
  });

  it("has every tag once, nested as in the source, whatever the alignment", () => {
    const random = new Random(7);
    let done = 0;
    for (let round = 0; round < 3000; round++) {
      const tokens: string[] = [];
      const write = (depth: number): void => {
        for (let items = 1 + random.integer(3); items > 0; items--) {
          const kind = random.integer(depth > 2 ? 3 : 6);
          if (kind < 3) tokens.push("word");
          else if (kind === 3) tokens.push("<br>");
          else {
            const name = "abi"[random.integer(3)]!;
            tokens.push(`<${name}>`);
            write(depth + 1);
            tokens.push(`</${name}>`);
          }
        }
      };
      tokens.push("first");
      write(0);
      tokens.push("last");
      const segment = segmentOf(tokens.join(random.integer(2) === 0 ? " " : ""));
      const untagged = untag(segment, { masks: maskStyle("braces"), glossaries: [] });
      if (untagged === undefined) continue;
      const sourceWords = untagged.masked.line.split(/\s+/).length;
      const words = Array.from({ length: 1 + random.integer(9) }, () => "wort");
      const alignment = words.map(() => Array.from({ length: sourceWords }, () => random.uniform()));
      const placed = untagged.restore({
        text: words.join(" "),
        alignment: alignment.map((row) => Float32Array.from(row)),
      });
      if (placed === undefined) continue;
      done++;
      const tags = (some: Segment["tokens"]) =>
        some.flatMap((token) => (typeof token === "string" ? [] : [token.text]));
      expect(tags(placed).sort()).toEqual(tags(segment.tokens).sort());
      expect(tagPartners(placed).size).toBe(tagPartners(segment.tokens).size);
      const text = placed.filter((token) => typeof token === "string").join("");
      expect(text.replace(/\s+/g, " ").trim()).toBe(words.join(" "));
    }
    expect(done).toBeGreaterThan(500);
  });
});
