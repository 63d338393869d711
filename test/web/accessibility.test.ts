/** Source of truth: axe-core's rules, and the page used with nothing but a keyboard. */
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningServer } from "../../src/server/start-server.ts";
import { startToyServer, writePairModels } from "../server/toy-models.ts";
import { buildPage, findChromium, findings, openPage, startBrowser } from "./browser.ts";

const chromium = findChromium();
let browser: BrowserContext;
let server: RunningServer;
let page: Page;
let errors: string[];

describe.skipIf(chromium === undefined)("the page", () => {
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
  });
  afterEach(async () => {
    await page.close();
    expect(errors).toEqual([]);
  });

  async function open(width = 1200): Promise<void> {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${server.url}/?source=en&target=de`);
    await page.evaluate(() => {
      localStorage.clear();
      localStorage.setItem("nmt.inside", "open");
    });
    await page.reload();
    await page.locator("#source-language option").first().waitFor({ state: "attached" });
  }
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className || "");
  const translated = () => page.locator("#translation .word").first().waitFor();
  const overflow = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
    test.each([360, 1200])(
      "has no serious finding of axe at %i pixels, in any state, and nothing beyond the edge",
      async (width) => {
        await page.emulateMedia({ colorScheme });
        await open(width);
        const found: Record<string, string[]> = {};
        const look = async (state: string) => {
          const edge = await overflow();
          found[state] = [...(await findings(page)), ...(edge > 0 ? [`${edge} pixels beyond the edge`] : [])];
        };
        await look("empty");
        await page.locator("#text").fill("Dead beef. Abc fed abc fed abc fed abc fed.");
        await translated();
        await look("links");
        await page.locator("#translation .word").nth(1).hover();
        await look("a word pointed at");
        for (const view of ["Experts", "Confidence"]) {
          await page.getByRole("radio", { name: view }).check();
          await look(view);
        }
        await page.locator("#translation .word").nth(1).click();
        await page.locator("#menu-words .option").first().waitFor();
        await look("menu");
        await page.keyboard.press("Escape");
        await page.locator("#wording > summary").click();
        await page.locator("#term-source").fill("dead");
        await page.locator("#term-target").fill("an uncommonly long translation of a short term");
        await page.locator("#term-add").click();
        await page.locator("#keep").fill("abc");
        await look("wording");
        await page.locator("#source-language").selectOption("auto");
        await look("wording without a language");
        await page.locator(".foot summary").click();
        await look("keyboard");
        await page.locator("#tab-documents").click();
        await look("documents");
        await page.evaluate(() => document.querySelector<HTMLDialogElement>("#key-dialog")!.showModal());
        await look("key");
        expect(found).toEqual(Object.fromEntries(Object.keys(found).map((state) => [state, []])));
      },
    );
  });

  test("axe finds what is wrong", async () => {
    await open();
    await page.evaluate(() => {
      const pale = document.createElement("p");
      pale.textContent = "pale";
      pale.style.color = "#999";
      pale.style.backgroundColor = "#aaa";
      document.querySelector("main")!.append(pale, document.createElement("input"));
    });
    const found = await findings(page);
    expect(found.map((each) => each.split(":")[0])).toEqual(expect.arrayContaining(["color-contrast", "label"]));
  });

  test("is used with nothing but a keyboard", async () => {
    await open(360);
    // It begins in the text; the tabs stand before it, one stop for both, and arrows go between them.
    await expect.poll(focused).toBe("text");
    await page.keyboard.type("dead beef");
    await translated();
    const before = await page.locator("#translation").textContent();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("clear");
    await page.keyboard.press("Tab");
    expect(await focused()).toMatch(/^word/);
    const count = await page.locator("#translation .word").count();
    const at = () =>
      page.evaluate(() => [...document.querySelectorAll("#translation .word")].indexOf(document.activeElement!));
    expect(await at()).toBe(0);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    expect(await at()).toBe(Math.min(2, count - 1));
    await page.keyboard.press("End");
    expect(await at()).toBe(count - 1);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    expect(await at()).toBe(0);
    // Other words, closed and opened again; the first one has the focus.
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("option");
    await page.keyboard.press("Escape");
    expect(await at()).toBe(0);
    await page.keyboard.press("Space");
    await expect.poll(focused).toBe("option");
    const second = await page.locator("#menu-words .option-word").nth(1).textContent();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#translation").textContent()).not.toBe(before);
    expect((await page.locator("#translation").textContent())!.startsWith(second!)).toBe(true);
    // The focus is on the chosen word, and the change is told.
    await expect.poll(at).toBe(0);
    expect(await page.locator("#announcer").textContent()).toMatch(/^Now: /);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("undo");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#translation").textContent()).toBe(before);
  });

  test("a word of one's own, by keyboard", async () => {
    await open();
    await page.keyboard.type("dead beef");
    await translated();
    await page.locator("#translation .word").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(focused).toBe("option");
    const options = await page.locator("#menu-words .option").count();
    for (let i = 0; i < options; i++) await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("menu-text");
    await page.keyboard.type("cafe");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#translation").textContent()).toMatch(/^cafe(?![a-f])/);
  });

  test("tabs and colours by keyboard; the switch outlives the page", async () => {
    await page.emulateMedia({ colorScheme: "light" });
    await open();
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.locator("#tab-text").focus();
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("tab-documents");
    expect(await page.locator("#panel-documents").isVisible()).toBe(true);
    expect(await page.locator("#panel-text").isVisible()).toBe(false);
    await page.keyboard.press("ArrowRight");
    expect(await page.locator("#panel-text").isVisible()).toBe(true);
    await page.keyboard.press("Tab");
    expect(await focused()).toContain("theme");
    await page.keyboard.press("Enter");
    expect(await scheme()).toBe("light");
    await page.keyboard.press("Enter");
    expect(await scheme()).toBe("dark");
    expect(await page.locator("#theme").getAttribute("aria-label")).toBe("Colours: dark");
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await ground()).toBe(dark);
    await page.locator("#theme").click();
    expect(await scheme()).toBe("light dark");
    expect(await ground()).toBe(light);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await ground()).toBe(dark);
  });

  test("nothing moves for who wants no motion", async () => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await open();
    const moving = () =>
      page.evaluate(
        () =>
          [...document.querySelectorAll("*")].filter((each) => {
            const { transitionDuration, animationName } = getComputedStyle(each);
            return !/^0s(, 0s)*$/.test(transitionDuration) || animationName !== "none";
          }).length,
      );
    expect(await moving()).toBe(0);
    await page.emulateMedia({ reducedMotion: "no-preference" });
    expect(await moving()).toBeGreaterThan(0);
  });

  test("on a narrow window a word stays in sight above the menu at its foot", async () => {
    await open(360);
    await page.locator("#text").fill("Dead beef. Abc fed abc fed abc fed abc fed. Fade cab.");
    await translated();
    const last = page.locator("#translation .word").last();
    await last.click();
    await page.locator("#menu-words .option").first().waitFor();
    const word = (await last.boundingBox())!;
    const menu = (await page.locator("#menu").boundingBox())!;
    expect(word.y + word.height).toBeLessThanOrEqual(menu.y);
    expect(menu.y + menu.height).toBeLessThanOrEqual(800);
  });
});
