/** A browser for tests: Chromium with a profile of its own, the page built from the sources, and its axe. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { AxeResults } from "axe-core";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";

const root = resolve(import.meta.dirname, "../..");
/** Where Debian, Ubuntu and others have it; `CHROMIUM` names another. */
const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

/** Undefined where there is none: then tests in a browser are skipped, but never where `.ci/run` runs them. */
export function findChromium(): string | undefined {
  const found = [process.env["CHROMIUM"], ...places].find((path) => path !== undefined && existsSync(path));
  if (found === undefined && process.env["CI"] !== undefined) {
    throw new Error("no Chromium for the tests of the page: install chromium, or name one by CHROMIUM=PATH");
  }
  if (found === undefined) console.warn("The tests of the page in a browser are skipped: there is no Chromium.");
  return found;
}

/** Builds the page; gives the folder. */
export async function buildPage(): Promise<string> {
  const outDir = join(mkdtempSync(join(tmpdir(), "page-")), "web");
  await build({ configFile: join(root, "web/vite.config.ts"), logLevel: "warn", build: { outDir } });
  return outDir;
}

/** Starts a browser that asks nobody for anything. To be closed. */
export async function startBrowser(executablePath: string): Promise<BrowserContext> {
  const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "chromium-")), {
    executablePath,
    headless: true,
    locale: "en-GB",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  // Against hangs alone, as in vitest.config.ts.
  browser.setDefaultTimeout(600_000);
  return browser;
}

/** A new page, with what goes wrong in it: errors of scripts, and what a policy forbids. */
export async function openPage(browser: BrowserContext): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // What the server refuses, the browser tells too.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) errors.push(message.text());
  });
  return { page, errors };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Serious and critical findings of axe on the page as it is: rule and elements. */
export async function findings(page: Page): Promise<string[]> {
  // Through the debugger, which a policy on scripts does not concern.
  await page.evaluate(axe);
  const { violations } = (await page.evaluate("axe.run(document)")) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}
