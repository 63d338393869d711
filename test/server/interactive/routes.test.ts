/** Source of truth: the model's translations and explanations on its own, and searches with the same beginning. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Translator } from "../../../src/decoding/translator.ts";
import { type LoadedModel, loadTranslationModel } from "../../../src/inference/open-model.ts";
import { explainPairs } from "../../../src/inspection/explain-translation.ts";
import { Inspector } from "../../../src/inspection/inspector.ts";
import type { WantedLine } from "../../../src/segments/translate-lines.ts";
import { translateText } from "../../../src/segments/translate-text.ts";
import type { DetailedTranslation, OtherWords, Span } from "../../../src/server/interactive/answers.ts";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { translateAll } from "../../decoding/translate-all.ts";
import { ask, postJson, startToyServer, translateAlone, writePairModels } from "../toy-models.ts";

let server: RunningServer;
let models: string[];
let loaded: LoadedModel;
const pair = { source: "en", target: "de" };

beforeAll(async () => {
  models = await writePairModels(["en-de", "de-fr"]);
  loaded = await loadTranslationModel(models[0]!, { threads: 1 });
  server = await startToyServer(models, { limits: { characters: 200, texts: 2, alternatives: 3, textsPerMinute: 0 } });
});
afterAll(async () => {
  loaded.model.dispose();
  await server.stop();
});

const post = (path: string, body: object) => postJson(`${server.url}${path}`, body);
async function translate(body: object): Promise<DetailedTranslation> {
  const { status, body: answer } = await post("/nmt/translate", body);
  expect(answer).not.toHaveProperty("error");
  expect(status).toBe(200);
  return answer as DetailedTranslation;
}
/** By the model alone: several translations where some may not be taken. */
async function translateAsText(text: string): Promise<string> {
  async function* lines(wanted: WantedLine[]) {
    for (const { several, alignment, ...line } of wanted) {
      const options = { nBest: several ? 5 : 1, withAlignment: alignment === true };
      yield* new Translator(loaded, options, () => {}).translate([line]);
    }
  }
  return translateText(lines, text, { language: "en" });
}
const cut = (text: string, { start, end }: Span) => text.slice(start, end);

describe("/nmt/translate", () => {
  test("has the translation of the text in segments, with their places", async () => {
    const text = "  Abc.\n\nFed {0} cab! Dead";
    const answer = await translate({ text, ...pair });
    expect(answer.segments.map(({ source }) => cut(text, source))).toEqual(["Abc.", "Fed {0} cab!", "Dead"]);
    expect(answer.translation).toBe(await translateAsText(text));
    expect(answer.segments.map(({ target }) => cut(answer.translation, target))).toEqual(
      await Promise.all(["Abc.", "Fed {0} cab!", "Dead"].map(translateAsText)),
    );
    expect(answer).toMatchObject({ source: "en", target: "de" });
    expect(answer).not.toHaveProperty("pivotLanguage");
  });

  test("words have places in the whole text, with what the model saw in their segment", async () => {
    const text = "dead beef\nabc fed";
    const { translation, segments } = await translate({ text, ...pair });
    const pairs = segments.map(({ source, target }) => ({
      source: cut(text, source),
      target: cut(translation, target),
    }));
    const explained = await explainPairs(loaded, pairs, pair);
    segments.forEach(({ detail, source, target }, i) => {
      const own = explained[i]!;
      expect(detail!.attention).toEqual(own.attention);
      expect(detail!.layers).toEqual(own.layers);
      expect(detail!.layers.map(({ side }) => side)).toEqual(["source", "target"]);
      expect(detail!.sourceWords.map((span) => cut(text, span))).toEqual(
        own.sourceWords.map((span) => cut(pairs[i]!.source, span)),
      );
      expect(detail!.targetWords.map((span) => cut(translation, span))).toEqual(
        own.targetWords.map((span) => cut(pairs[i]!.target, span)),
      );
      expect(detail!.sourceWords[0]!.start).toBe(source.start);
      expect(detail!.targetWords[0]!.start).toBeGreaterThanOrEqual(target.start);
    });
  });

  test("alternatives of each segment, and no details where none are asked for", async () => {
    const [best] = await translateAlone(models[0]!, ["abc"], 3);
    const { segments } = await translate({ text: "abc", ...pair, alternatives: 2, detail: false });
    expect(segments).toEqual([
      {
        source: { start: 0, end: 3 },
        target: { start: 0, end: best![0]!.length },
        alternatives: best!.slice(1),
        detail: null,
      },
    ]);
  });

  test("goes on from what was chosen, in the segments that it was chosen for", async () => {
    const text = "abc\ndead beef";
    const before = await translate({ text, ...pair });
    const chosen = [{ segment: "dead beef", prefix: "fa" }];
    const after = await translate({ text, ...pair, chosen });
    expect(cut(after.translation, after.segments[0]!.target)).toBe(cut(before.translation, before.segments[0]!.target));
    const line = { text: "dead beef", targetPrefix: "fa", prefixIsWhole: true };
    const [found] = await translateAll(new Translator(loaded, {}, () => {}), [line]);
    const continued = cut(after.translation, after.segments[1]!.target);
    expect(continued).toBe(found!.hypotheses[0]!.text);
    expect(continued).toMatch(/^fa(?![a-f])/);
    const whole = await translate({ text, ...pair, chosen: [{ ...chosen[0], complete: true }] });
    expect(cut(whole.translation, whole.segments[1]!.target)).toBe("fa");
    expect(whole.segments[1]!.detail!.targetWords).toHaveLength(1);
  });

  test("over a third language there are no details, and a beginning is of the last translation", async () => {
    const text = "abc";
    const over = { text, source: "en", target: "fr" };
    const answer = await translate(over);
    expect(answer.pivotLanguage).toBe("de");
    expect(answer.segments.map(({ detail }) => detail)).toEqual([null]);
    const begun = await translate({ ...over, chosen: [{ segment: text, prefix: "cede" }] });
    expect(begun.translation).toMatch(/^cede(?![a-f])/);
  });

  test("what is not for a model, and a text in its own language, stay as they are", async () => {
    expect(await translate({ text: "12 😀\n", ...pair })).toMatchObject({ translation: "12 😀\n", segments: [] });
    const same = await translate({ text: "abc", source: "de", target: "de" });
    expect(same).toMatchObject({ translation: "abc", segments: [{ detail: null }] });
  });

  test("a text without a letter needs no detection; others do", async () => {
    const answer = await translate({ text: "12", source: "auto", target: "de" });
    expect(answer.detectedLanguage).toEqual({ language: "de", confidence: 0 });
    const detected = await translate({ text: "The dog runs over the field.", source: "auto", target: "de" });
    expect(detected).toMatchObject({ source: "en", detectedLanguage: { language: "en" } });
  });

  test.each<[string, object, number, RegExp]>([
    ["no text", pair, 400, /missing text/],
    ["no target", { text: "a", source: "en" }, 400, /missing target/],
    ["a list", { text: ["a"], ...pair }, 400, /text: no text/],
    ["many alternatives", { text: "a", ...pair, alternatives: 11 }, 400, /alternatives: above 10/],
    ["an unknown language", { text: "a", source: "xx", target: "de" }, 400, /xx is not supported/],
    ["a pair without a way", { text: "a", source: "fr", target: "en" }, 400, /No model translates fr into en/],
    ["a long text", { text: "a".repeat(201), ...pair }, 400, /201 characters/],
    ["a beginning of nothing", { text: "a", ...pair, chosen: [{ prefix: "a" }] }, 400, /chosen\.0\.segment/],
    ["a word as flag", { text: "a", ...pair, detail: "yes" }, 400, /detail: neither true nor false/],
  ])("refuses %s", async (_, body, status, message) => {
    const answer = await post("/nmt/translate", body);
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(message) } });
  });
});

describe("/nmt/words", () => {
  test("are those of the model, and translations go on as /nmt/translate does", async () => {
    const request = { text: "dead beef", ...pair, before: "fa", count: 4 };
    const { words } = (await post("/nmt/words", request)).body as OtherWords;
    expect(words.length).toBeGreaterThan(1);
    const own = await new Inspector(loaded, 5).run({ kind: "other-words", languages: pair, ...request });
    expect(words.map(({ word, prefix, translation }) => ({ word, prefix, translation }))).toEqual(
      own.map(({ word, prefix, translation }) => ({ word, prefix, translation })),
    );
    const [{ prefix, translation }] = words as [OtherWords["words"][number]];
    const chosen = [{ segment: "dead beef", prefix }];
    expect((await translate({ text: "dead beef", ...pair, chosen })).translation).toBe(translation);
  });

  test("at the beginning, over a third language, and none in the text's own", async () => {
    const ask = async (body: object) => ((await post("/nmt/words", body)).body as OtherWords).words;
    expect((await ask({ text: "abc", ...pair })).length).toBeGreaterThan(1);
    expect((await ask({ text: "abc", source: "en", target: "fr", before: "a" })).length).toBeGreaterThan(1);
    expect(await ask({ text: "abc", source: "de", target: "de" })).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ["no text", pair, /missing text/],
    ["no words", { text: "a", ...pair, count: 0 }, /count: below 1/],
    ["a detected language", { text: "a", source: "auto", target: "de" }, /auto is not supported/],
  ])("refuses %s", async (_, body, message) => {
    const answer = await post("/nmt/words", body);
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(message) } });
  });
});

test("both are in the document of the interface", async () => {
  const { body } = await ask(`${server.url}/openapi.json`);
  expect(Object.keys((body as { paths: object }).paths)).toEqual(
    expect.arrayContaining(["/nmt/translate", "/nmt/words"]),
  );
});
