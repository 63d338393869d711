/** Source of truth: what the server answers to the same terms, and the promise that a term's translation is in the text's. */
import { dirname, join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DetailedTranslation } from "../../src/server/interactive/answers.ts";
import type { RunningServer } from "../../src/server/start-server.ts";
import { writeToyAdapter } from "../server/toy-adapters.ts";
import { postJson, startToyServer, writePairModels } from "../server/toy-models.ts";
import { buildPage, findChromium, openPage, startBrowser } from "./browser.ts";

const chromium = findChromium();
let browser: BrowserContext;
let server: RunningServer;
let page: Page;
let errors: string[];
const text = "abc dead";
const pair = { source: "en", target: "de" };

describe.skipIf(chromium === undefined)("how words are translated", () => {
  beforeAll(async () => {
    const models = await writePairModels(["en-de", "de-en", "de-fr"]);
    const law = join(dirname(models[0]!), "law");
    writeToyAdapter(law, models[0]!, 1);
    const adapters = [{ name: undefined, path: law }];
    server = await startToyServer(models, { adapters, page: await buildPage() });
    browser = await startBrowser(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    ({ page, errors } = await openPage(browser));
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${server.url}/?source=en&target=de&q=${encodeURIComponent(text)}`);
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await page.locator("#translation .word").first().waitFor();
  });
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  const translate = async (fields: object = {}) =>
    (
      (await postJson(`${server.url}/nmt/translate`, { text, ...pair, alternatives: 3, ...fields }))
        .body as DetailedTranslation
    ).translation;
  const shows = (expected: string) => expect.poll(() => page.locator("#translation").textContent()).toBe(expected);
  const summary = () => page.locator("#wording-summary").textContent();
  const focused = () =>
    page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("aria-label"));
  const openPanel = () => page.locator("#wording > summary").click();

  test("terms of one's own, by keyboard in a narrow window; kept, and removed", async () => {
    await page.locator("#wording > summary").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    // The server's adapter stands before them.
    expect(await focused()).toBe("adapter");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("term-source");
    await page.keyboard.type("abc");
    await page.keyboard.press("Tab");
    await page.keyboard.type("cafe");
    await page.keyboard.press("Enter");
    const terms = [{ source: "abc", target: "cafe" }];
    const expected = await translate({ terms });
    expect(expected).toMatch(/\bcafe\b/);
    await shows(expected);
    expect(await focused()).toBe("term-source");
    expect(await page.locator("#term-target").inputValue()).toBe("");
    expect(await summary()).toBe("1 term");
    expect(await page.locator("#terms li .term").allInnerTexts()).toEqual(["abc → cafe"]);
    // Another translation of the same term.
    await page.keyboard.type("abc");
    await page.keyboard.press("Tab");
    await page.keyboard.type("fed");
    await page.keyboard.press("Enter");
    await shows(await translate({ terms: [{ source: "abc", target: "fed" }] }));
    await page.reload();
    await shows(await translate({ terms: [{ source: "abc", target: "fed" }] }));
    expect(await summary()).toBe("1 term");
    await openPanel();
    await page.locator("#term-source").focus();
    await page.keyboard.press("Shift+Tab");
    expect(await focused()).toBe("Remove abc");
    await page.keyboard.press("Enter");
    await shows(await translate());
    expect(await focused()).toBe("term-source");
    expect(await summary()).toBe("");
  });

  test("a term without a translation is not taken, which is told", async () => {
    await openPanel();
    await page.locator("#term-source").fill("abc");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("term-target");
    expect(await page.locator("#announcer").textContent()).toBe("A term needs a translation.");
    expect(await page.locator("#terms li").count()).toBe(0);
  });

  test("terms are those of their pair; those that stay hold for all", async () => {
    await openPanel();
    await page.locator("#term-source").fill("abc");
    await page.locator("#term-target").fill("cafe");
    await page.locator("#term-add").click();
    await page.locator("#keep").fill("dead\n\n");
    const terms = [{ source: "abc", target: "cafe" }];
    const expected = await translate({ terms, keep: ["dead"] });
    expect(expected).toMatch(/\bdead\b/);
    await shows(expected);
    expect(await summary()).toBe("1 term, 1 as it is");
    // To be detected: no terms with translations.
    await page.locator("#source-language").selectOption("auto");
    await expect.poll(summary).toBe("1 as it is");
    expect(await page.locator("#wording-pair").isHidden()).toBe(true);
    expect(await page.locator("#wording-note").textContent()).toContain("Choose the language of the text");
    await shows(await translate({ source: "auto", keep: ["dead"] }));
    // Over a third language neither.
    await page.locator("#source-language").selectOption("en");
    await page.locator("#target-language").selectOption("fr");
    await shows(await translate({ target: "fr", keep: ["dead"] }));
    expect(await page.locator("#wording-note").textContent()).toBe(
      "English is translated over German, so there are no terms with translations.",
    );
    await page.locator("#target-language").selectOption("de");
    await shows(expected);
    await page.locator("#swap").click();
    await expect.poll(() => page.locator("#terms li").count()).toBe(0);
    expect(await summary()).toBe("1 as it is");
  });

  test("a glossary of the server is chosen, and remembered as long as it is there", async () => {
    const body = { name: "animals", source_lang: "en", target_lang: "de", entries: "abc\tfed\nbee\tbb" };
    expect(await page.locator("#glossary-label").isHidden()).toBe(true);
    const made = await postJson(`${server.url}/v2/glossaries`, body);
    const id = (made.body as { glossary_id: string }).glossary_id;
    await openPanel();
    await page.locator("#glossary").selectOption({ label: "animals (2 terms)" });
    const expected = await translate({ glossaries: [id] });
    expect(expected).toMatch(/\bfed\b/);
    await shows(expected);
    expect(await summary()).toBe("animals");
    await page.reload();
    await shows(expected);
    expect(await page.locator("#glossary").inputValue()).toBe(id);
    expect((await fetch(`${server.url}/v2/glossaries/${id}`, { method: "DELETE" })).status).toBe(204);
    await page.reload();
    await shows(await translate());
    expect(await summary()).toBe("");
  });

  test("an adapter is chosen, and other words are those of the model with it", async () => {
    await openPanel();
    await page.locator("#adapter").selectOption("law");
    const expected = await translate({ adapter: "law" });
    expect(expected).not.toBe(await translate());
    await shows(expected);
    expect(await summary()).toBe("law");
    const asked = page.waitForRequest("**/nmt/words");
    await page.locator("#translation .word").first().click();
    expect((await asked).postDataJSON()).toMatchObject({ adapter: "law", before: "" });
    await page.keyboard.press("Escape");
    await page.locator("#adapter").selectOption("");
    await shows(await translate());
  });
});
