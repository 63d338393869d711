/**
 * Takes the pictures of docs/guide/serving.md: `npm run pictures -- --model DIR`, with a model from English to German that knows scenes as Multi30k has them.
 * Colours, windows and texts are fixed, so two runs with one model give the same pictures.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { BrowserContext, Page } from "playwright-core";
import { startToyServer } from "../server/toy-models.ts";
import { buildPage, findChromium, startBrowser } from "./browser.ts";

const TEXT = "A man in a blue shirt is standing on a ladder. Two dogs are playing in the snow.";
const folder = resolve(import.meta.dirname, "../../docs/pictures");

const { model } = parseArgs({ options: { model: { type: "string" } } }).values;
const chromium = findChromium();
if (model === undefined || chromium === undefined) throw new Error("give --model DIR, and install chromium");

const server = await startToyServer([model], { page: await buildPage(), loadAtStart: true });
const browser = await startBrowser(chromium);
mkdirSync(folder, { recursive: true });
try {
  await take("page", { width: 1120, height: 1160, colorScheme: "light" }, async (page) => {
    await page.locator("#translation .word").nth(4).hover();
  });
  await take("page-words", { width: 1120, height: 660, colorScheme: "dark" }, async (page) => {
    await page.getByRole("radio", { name: "Experts" }).check();
    await page.locator("#translation .word").nth(2).click();
    await page.locator("#menu-words .option").first().waitFor();
  });
  await take("page-wording", { width: 1120, height: 900, colorScheme: "light" }, async (page) => {
    await page.locator("#inside > summary").click();
    await page.locator("#wording > summary").click();
    await page.locator("#term-source").fill("shirt");
    await page.locator("#term-target").fill("Oberteil");
    await page.locator("#term-add").click();
    await page.locator("#translation", { hasText: "Oberteil" }).waitFor();
  });
  await take("page-narrow", { width: 360, height: 740, colorScheme: "light" }, async (page) => {
    await page.getByRole("radio", { name: "Links" }).check();
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator("#translation .word").nth(2).click();
    await page.locator("#menu-words .option").first().waitFor();
  });
} finally {
  await browser.close();
  await server.stop();
}

async function take(
  name: string,
  { width, height, colorScheme }: { width: number; height: number; colorScheme: "light" | "dark" },
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await pageOf(browser);
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height });
  await page.goto(`${server.url}/?source=en&target=de`);
  await page.locator("#text").fill(TEXT);
  await page.locator("#translation .word").first().waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.mouse.move(1, 1);
  await act(page);
  // The time that it took differs from run to run.
  await page.evaluate(() => {
    document.querySelector("#status")!.textContent = "0.10 s";
  });
  await page.screenshot({ path: join(folder, `${name}.png`), caret: "hide", animations: "disabled" });
  await page.close();
}

/** With the panel open whatever the window's width. */
async function pageOf(browser: BrowserContext): Promise<Page> {
  const page = await browser.newPage();
  await page.addInitScript(() => localStorage.setItem("nmt.inside", "open"));
  return page;
}
