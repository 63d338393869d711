/** Source of truth: the server's own answers, asked for beside the page. The page is that of the sources, in Chromium, with a model of real weights. */
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DetailedTranslation, OtherWords } from "../../src/server/interactive/answers.ts";
import type { RunningServer } from "../../src/server/start-server.ts";
import { postJson, startToyServer, writePairModels } from "../server/toy-models.ts";
import { buildPage, findChromium, openPage, startBrowser } from "./browser.ts";

const chromium = findChromium();
let browser: BrowserContext;
let server: RunningServer;
let page: Page;
let errors: string[];
const pair = { source: "en", target: "de" };
const text = "Dead beef. Abc fed";

describe.skipIf(chromium === undefined)("text and translation", () => {
  beforeAll(async () => {
    const models = await writePairModels(["en-de", "de-en"]);
    server = await startToyServer(models, { page: await buildPage() });
    browser = await startBrowser(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    ({ page, errors } = await openPage(browser));
    await page.goto(`${server.url}/?source=en&target=de`);
    await page.evaluate(() => localStorage.clear());
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.locator("#source-language option").first().waitFor({ state: "attached" });
  });
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  const translate = async (body: object = {}) =>
    (await postJson(`${server.url}/nmt/translate`, { text, ...pair, alternatives: 3, ...body }))
      .body as DetailedTranslation;
  const otherWords = async (body: object) =>
    ((await postJson(`${server.url}/nmt/words`, { ...pair, count: 8, ...body })).body as OtherWords).words;
  const translation = () => page.locator("#translation").textContent();
  const words = () => page.locator("#translation .word");
  const wordsOf = ({ segments }: DetailedTranslation) => segments.flatMap(({ detail }) => detail!.targetWords);
  const shows = (expected: string) => expect.poll(translation).toBe(expected);
  const linked = (words: Locator) => words.evaluateAll((all) => all.map((each) => each.classList.contains("linked")));
  async function type(typed = text): Promise<void> {
    await page.locator("#text").fill(typed);
  }

  test("the translation comes while typing, and is told to who hears the page", async () => {
    await page.locator("#text").pressSequentially(text);
    const { translation } = await translate();
    await shows(translation);
    await expect.poll(() => page.locator("#announcer").textContent()).toBe(`Translation: ${translation}`);
    expect(await page.locator("#translation").getAttribute("lang")).toBe("de");
    expect(await page.locator("#text").getAttribute("lang")).toBe("en");
    await page.locator("#clear").click();
    await shows("");
    expect(await page.locator("#empty").isVisible()).toBe(true);
  });

  test("an older request is aborted when a newer one is sent", async () => {
    const failed: string[] = [];
    page.on("requestfailed", (request) => failed.push(request.postDataJSON().text));
    let isHeld = false;
    await page.route("**/nmt/translate", async (route) => {
      if (route.request().postDataJSON().text === "abc") isHeld = true;
      else await route.continue();
    });
    await type("abc");
    await expect.poll(() => isHeld).toBe(true);
    await type();
    await shows((await translate()).translation);
    expect(failed).toEqual(["abc"]);
  });

  test("pointing at a word shows the words of the text that it looked at, and the other way round", async () => {
    await type();
    const answer = await translate();
    await shows(answer.translation);
    const { attention, sourceWords } = answer.segments[0]!.detail!;
    await words().nth(0).hover();
    const source = page.locator("#source-words .word");
    expect(await source.allInnerTexts()).toEqual(["Dead", "beef", ".", "Abc", "fed"]);
    const most = Math.max(...attention[0]!);
    const expected = attention[0]!.map((weight) => weight >= 0.05 && weight >= most * 0.2);
    expect((await linked(source)).slice(0, sourceWords.length)).toEqual(expected);
    expect((await linked(source)).slice(sourceWords.length)).toEqual([false, false]);
    // By keyboard: the caret in a word of the text.
    await page.locator("#text").focus();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Control+End");
    const column = answer.segments[1]!.detail!.attention.map((row) => row[1]!);
    const strongest = Math.max(...column);
    const first = answer.segments[0]!.detail!.targetWords.length;
    await expect
      .poll(async () => (await linked(words())).slice(first))
      .toEqual(column.map((weight) => weight >= 0.05 && weight >= strongest * 0.2));
    // Over the text itself: the field covers the sheet with the words.
    const box = (await source.nth(0).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(async () => (await linked(source))[0]).toBe(true);
  });

  test("a click on a word lists others, and the translation goes on from the one that is chosen", async () => {
    await type();
    const answer = await translate();
    await shows(answer.translation);
    await words().nth(1).click();
    const { targetWords } = answer.segments[0]!.detail!;
    const before = answer.translation.slice(0, targetWords[1]!.start);
    const standing = answer.translation.slice(targetWords[1]!.start, targetWords[1]!.end);
    const others = (await otherWords({ text: "Dead beef.", before })).filter(({ word }) => word !== standing);
    const options = page.locator("#menu-words .option");
    await expect.poll(() => options.locator(".option-word").allInnerTexts()).toEqual(others.map(({ word }) => word));
    expect(await page.locator("#menu-title").textContent()).toContain(standing);
    await options.nth(1).click();
    const chosen = [{ segment: "Dead beef.", prefix: others[1]!.prefix }];
    const after = await translate({ chosen });
    await shows(after.translation);
    expect(after.translation.startsWith(others[1]!.prefix)).toBe(true);
    expect(await page.locator("#menu").isHidden()).toBe(true);
    await page.locator("#undo").click();
    await shows(answer.translation);
    expect(await page.locator("#undo").isHidden()).toBe(true);
  });

  test("a choice stays while another sentence is typed, and goes with its own", async () => {
    await type("Dead beef.");
    await shows((await translate({ text: "Dead beef." })).translation);
    await words().nth(0).click();
    await page.locator("#menu-text").fill("fade");
    await page.locator("#menu-own button").click();
    const chosen = [{ segment: "Dead beef.", prefix: "fade" }];
    const own = await translate({ text: "Dead beef.", chosen });
    expect(own.translation).toMatch(/^fade/);
    await shows(own.translation);
    await page.locator("#text").focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" Abc fed");
    await shows((await translate({ chosen })).translation);
    await type("Dead bee.");
    await shows((await translate({ text: "Dead bee." })).translation);
  });

  test("another translation of the sentence can be taken as it is", async () => {
    await type("abc");
    const answer = await translate({ text: "abc" });
    await shows(answer.translation);
    const { alternatives } = answer.segments[0]!;
    expect(await page.locator(".alternative").allInnerTexts()).toEqual(alternatives);
    await page.locator(".alternative").last().click();
    await shows(alternatives.at(-1)!);
  });

  test("the translation is copied", async () => {
    await browser.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
    await type();
    const { translation } = await translate();
    await shows(translation);
    await page.locator("#copy").click();
    await expect.poll(() => page.locator("#copy").textContent()).toBe("Copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(translation);
  });

  test("inside: a table of attention, experts by layer, confidence", async () => {
    await type();
    const answer = await translate();
    await shows(answer.translation);
    const [first, second] = answer.segments.map(({ detail }) => detail!);
    const cells = page.locator(".heat .cell");
    expect(await cells.count()).toBe(first!.targetWords.length * first!.sourceWords.length);
    const shown = await cells.allInnerTexts();
    first!.attention.flat().forEach((weight, i) => {
      expect(shown[i]).toBe(weight < 0.005 ? "" : weight.toFixed(2));
    });
    // Looking at a word of the second sentence goes there.
    await words().nth(first!.targetWords.length).hover();
    await expect.poll(() => cells.count()).toBe(second!.targetWords.length * second!.sourceWords.length);
    await page.getByRole("radio", { name: "Experts" }).check();
    const numbers = await words().evaluateAll((all) => all.map((each) => Number(each.getAttribute("data-expert"))));
    const layer = (side: string) =>
      answer.segments.flatMap(({ detail }) => detail!.layers.find((l) => l.side === side)!.words);
    expect(numbers).toEqual(layer("target").map(([best]) => best!.expert));
    const sourceNumbers = await page
      .locator("#source-words .word")
      .evaluateAll((all) => all.map((each) => Number(each.getAttribute("data-expert"))));
    expect(sourceNumbers).toEqual(layer("source").map(([best]) => best!.expert));
    expect(await page.locator(".experts").count()).toBe(2);
    await page.getByRole("radio", { name: "Confidence" }).check();
    const steps = await words().evaluateAll((all) => all.map((each) => Number(each.getAttribute("data-confidence"))));
    const expected = wordsOf(answer).map(({ logProbability }) =>
      [0.7, 0.4, 0.15, 0].findIndex((least) => Math.exp(logProbability) >= least),
    );
    expect(steps).toEqual(expected);
    expect(await words().first().getAttribute("data-expert")).toBeNull();
  });

  test("languages are turned round with the text, and remembered", async () => {
    await type("abc");
    const { translation: german } = await translate({ text: "abc" });
    await shows(german);
    await page.locator("#swap").click();
    expect(await page.locator("#text").inputValue()).toBe(german);
    expect(await page.locator("#source-language").inputValue()).toBe("de");
    const back = await translate({ text: german, source: "de", target: "en" });
    await shows(back.translation);
    await page.goto(`${server.url}/`);
    await expect.poll(() => page.locator("#source-language").inputValue()).toBe("de");
    expect(await page.locator("#source-language option").allInnerTexts()).toEqual([
      "Detect language",
      "English",
      "German",
    ]);
  });

  test("an address may have languages and a text", async () => {
    await page.goto(`${server.url}/?source=en&target=de&q=abc`);
    await shows((await translate({ text: "abc" })).translation);
  });

  test("the language is detected where that is asked for, and told; a text that needs no translation is told of too", async () => {
    await page.locator("#source-language").selectOption("auto");
    const sentence = "The dog runs over the field.";
    await type(sentence);
    const answer = await translate({ text: sentence, source: "auto" });
    await shows(answer.translation);
    const { language, confidence } = answer.detectedLanguage!;
    expect(language).toBe("en");
    expect(await page.locator("#detected").textContent()).toBe(`English, ${Math.round(confidence)} % sure`);
    const german = "Der Hund rennt über das Feld.";
    await type(german);
    await shows(german);
    await expect.poll(() => page.locator("#status").textContent()).toBe("The text is in German already.");
    await page.locator("#source-language").selectOption("en");
    await shows((await translate({ text: german })).translation);
    expect(await page.locator("#detected").textContent()).toBe("");
  });

  test("what is in the text is text", async () => {
    const markup = "<img src=x onerror=alert(1)> abc";
    await type(markup);
    const { translation } = await translate({ text: markup });
    await shows(translation);
    expect(await page.locator("#translation img").count()).toBe(0);
  });
});
