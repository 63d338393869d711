/** Source of truth: what the server answers, and for what it cannot be made to answer here, answers put in its place. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningServer, ServerOptions } from "../../src/server/start-server.ts";
import { startToyServer, translateAlone, writePairModels } from "../server/toy-models.ts";
import { buildPage, findChromium, openPage, startBrowser } from "./browser.ts";
import { type Front, type Handler, startFront } from "./front.ts";

const chromium = findChromium();
let browser: BrowserContext;
let models: string[];
let folder: string;
let page: Page;
let errors: string[];
const servers: RunningServer[] = [];

describe.skipIf(chromium === undefined)("trouble", () => {
  beforeAll(async () => {
    models = await writePairModels(["en-de"]);
    folder = await buildPage();
    browser = await startBrowser(chromium!);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    ({ page, errors } = await openPage(browser));
  });
  afterEach(async () => {
    await page.close();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    expect(errors).toEqual([]);
  });

  async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await startToyServer(models, { page: folder, ...options });
    servers.push(server);
    return server;
  }
  const notice = () => page.locator("#notice").textContent();
  const translation = () => page.locator("#translation").textContent();
  const german = async (text: string) => (await translateAlone(models[0]!, [text]))[0]![0]!;
  const refuse =
    (status: number, error: string, headers: Record<string, string> = {}) =>
    (route: Route) =>
      route.fulfill({ status, headers, contentType: "application/json", body: JSON.stringify({ error }) });

  test("a server that is busy is asked again when it says, and the page tells of it", async () => {
    const { url } = await start();
    let refused = 0;
    await page.route("**/nmt/translate", (route) => {
      if (refused++ === 0) return refuse(429, "Slowdown", { "Retry-After": "1" })(route);
      return route.continue();
    });
    await page.goto(`${url}/?source=en&target=de&q=abc`);
    await expect.poll(notice).toContain("The server has a lot to do just now.");
    await expect.poll(translation).toBe(await german("abc"));
    expect(await page.locator("#notice").isHidden()).toBe(true);
  });

  test("a server that is gone is found again", async () => {
    const { url } = await start();
    await page.goto(`${url}/?source=en&target=de`);
    await page.locator("#source-language option").first().waitFor({ state: "attached" });
    await page.route("**/nmt/translate", (route) => route.abort("connectionrefused"));
    await page.locator("#text").fill("abc");
    await expect.poll(notice).toContain("The server cannot be reached.");
    await page.unroute("**/nmt/translate");
    await page.locator("#notice-action").click();
    await expect.poll(translation).toBe(await german("abc"));
  });

  test("a server that is not there when the page opens is waited for", async () => {
    const { url } = await start();
    let asked = 0;
    await page.route("**/languages", (route) =>
      asked++ === 0 ? refuse(503, "stopping", { "Retry-After": "1" })(route) : route.continue(),
    );
    await page.goto(`${url}/?source=en&target=de&q=abc`);
    await expect.poll(translation).toBe(await german("abc"));
  });

  test("a fault of the server is told without its words", async () => {
    const { url } = await start();
    await page.route("**/nmt/translate", refuse(500, "secret trace"));
    await page.goto(`${url}/?source=en&target=de&q=abc`);
    await expect.poll(notice).toContain("Something went wrong in the server.");
    expect(await notice()).not.toContain("secret");
  });

  test("a text that is too long is not sent", async () => {
    const { url } = await start({ limits: { characters: 10, texts: 0, alternatives: 0, textsPerMinute: 0 } });
    await page.goto(`${url}/?source=en&target=de`);
    await expect.poll(() => page.locator("#text-count").textContent()).toBe("0 of 10 characters");
    await page.locator("#text").fill("abc abc abc");
    await expect.poll(notice).toContain("longer than the server takes");
    await page.locator("#text").fill("abc");
    await expect.poll(translation).toBe(await german("abc"));
    expect(await page.locator("#notice").isHidden()).toBe(true);
  });

  test("other words that do not come leave the menu to a word of one's own", async () => {
    const { url } = await start();
    await page.route("**/nmt/words", refuse(504, "slow"));
    await page.goto(`${url}/?source=en&target=de&q=abc`);
    await page.locator("#translation .word").first().click();
    await expect.poll(() => page.locator("#menu-status").textContent()).toContain("took too long");
    await page.locator("#menu-text").fill("cafe");
    await page.keyboard.press("Enter");
    await expect.poll(translation).toMatch(/^cafe/);
  });

  test("behind a proxy the page may have another folder", async () => {
    const { url } = await start();
    const front = await startFront(url, {}, "/tools/translator");
    await page.goto(`${front.url}/?source=en&target=de&q=abc`);
    await expect.poll(translation).toBe(await german("abc"));
    await page.locator("#translation .word").first().click();
    await page.locator("#menu-words .option").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#tab-documents").click();
    await page.locator("#file").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("abc") });
    await page.locator("#upload-start").click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Save the translated document" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8")).toBe(await german("abc"));
    front.close();
  });

  test("a server with API keys asks for one, refuses a wrong one, and takes the right one for good if told so", async () => {
    const apiKeys = join(mkdtempSync(join(tmpdir(), "keys-")), "keys");
    writeFileSync(apiKeys, "right\n");
    const { url } = await start({ apiKeys });
    await page.goto(`${url}/?source=en&target=de&q=abc`);
    await expect.poll(notice).toContain("This server needs an API key.");
    await page.getByRole("button", { name: "Enter a key" }).click();
    await page.locator("#key").fill("wrong");
    await page.keyboard.press("Enter");
    await expect.poll(notice).toContain("does not accept this API key");
    await page.locator("#key-open").click();
    await page.locator("#key").fill("right");
    await page.locator("#key-keep").check();
    await page.locator("#key-save").click();
    await expect.poll(translation).toBe(await german("abc"));
    await page.locator("#translation .word").first().click();
    await page.locator("#menu-words .option").first().waitFor();
    const again = await openPage(browser);
    await again.page.goto(`${url}/?source=en&target=de&q=abc`);
    await expect.poll(() => again.page.locator("#translation").textContent()).toBe(await german("abc"));
    await again.page.close();
  });

  describe("documents", () => {
    const file = { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("abc") };

    /** A server that takes documents and answers so. */
    async function open(answer: Handler): Promise<string> {
      const { url } = await start();
      const settings = await (await fetch(`${url}/frontend/settings`)).json();
      const offered = { ...settings, filesTranslation: true, supportedFilesFormat: [".txt", ".docx"] };
      const front = await startFront(url, {
        "/frontend/settings": (_, response) => response.end(JSON.stringify(offered)),
        "/translate_file": answer,
        "/download_file/x.txt": (_, response) => response.end("fed"),
      });
      fronts.push(front);
      await page.goto(`${front.url}/?source=en&target=de`);
      await page.locator("#tab-documents").click();
      await expect.poll(() => page.locator("#formats").textContent()).toBe(".txt .docx");
      await page.locator("#file").setInputFiles(file);
      return front.url;
    }
    const status = () => page.locator("#upload-status").textContent();
    const fronts: Front[] = [];
    const refusing = (code: number, error: string): Handler => {
      return (_, response) => response.writeHead(code).end(JSON.stringify({ error }));
    };
    afterEach(() => {
      for (const front of fronts.splice(0)) front.close();
    });

    test("are sent with their languages and come back as a link", async () => {
      const { url } = await start();
      const form = new FormData();
      const parts = { source: "en", target: "de", file: new File(["Abc. Fed cab!\n"], "a.txt") };
      for (const [name, value] of Object.entries(parts)) form.set(name, value);
      const answer = await fetch(`${url}/translate_file`, { method: "POST", body: form });
      const { translatedFileUrl } = (await answer.json()) as { translatedFileUrl: string };
      const expected = await (await fetch(translatedFileUrl)).text();
      await page.goto(`${url}/?source=en&target=de`);
      await page.locator("#tab-documents").click();
      await page.locator("#file").setInputFiles({ ...file, buffer: Buffer.from("Abc. Fed cab!\n") });
      expect(await page.locator("#file-name").textContent()).toBe("a.txt");
      await page.locator("#upload-start").click();
      await expect.poll(status).toBe("a.txt is translated.");
      const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
      expect(readFileSync(await download.path(), "utf8")).toBe(expected);
      expect(download.suggestedFilename()).toMatch(/^a.*\.txt$/);
    });

    test("of a server that doesn't know its address are fetched from the page's", async () => {
      const url = await open((_, response) => {
        response.end(JSON.stringify({ translatedFileUrl: "http://other.example:1/download_file/x.txt" }));
      });
      await page.locator("#upload-start").click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Save the translated document" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("a.de.txt");
      expect(readFileSync(await download.path(), "utf8")).toBe("fed");
      expect(download.url()).toBe(`${url}/download_file/x.txt`);
    });

    test("show how far they have come, and can be cancelled", async () => {
      let isGone = false;
      await open((_, response) => {
        response.once("close", () => {
          isGone = true;
        });
      });
      await page.locator("#upload-start").click();
      await expect.poll(status).toBe("The server is translating …");
      expect(await page.locator("#upload-bar").isVisible()).toBe(true);
      expect(await page.locator("#upload-start").isDisabled()).toBe(true);
      await page.locator("#upload-cancel").click();
      await expect.poll(status).toBe("Cancelled.");
      await expect.poll(() => isGone).toBe(true);
      expect(await page.locator("#upload-bar").isVisible()).toBe(false);
      expect(await page.locator("#upload-start").isDisabled()).toBe(false);
    });

    test("that the server refuses are told of in its words", async () => {
      await open(refusing(400, "This is no text."));
      await page.locator("#upload-start").click();
      await expect.poll(status).toBe("This is no text.");
      expect(await page.locator("#upload-done a").count()).toBe(0);
    });

    test("can be dropped", async () => {
      await open(refusing(413, "large"));
      const data = await page.evaluateHandle(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(["fed"], "b.docx"));
        return transfer;
      });
      await page.dispatchEvent("#drop", "drop", { dataTransfer: data });
      await expect.poll(() => page.locator("#file-name").textContent()).toBe("b.docx");
      await page.locator("#upload-start").click();
      await expect.poll(status).toContain("too long");
    });
  });

  test("a server without documents says so", async () => {
    const { url } = await start();
    await page.route("**/frontend/settings", async (route) => {
      const settings = await (await route.fetch()).json();
      await route.fulfill({ json: { ...settings, filesTranslation: false } });
    });
    await page.goto(`${url}/?source=en&target=de`);
    await page.locator("#tab-documents").click();
    await expect.poll(() => page.locator("#file-name").textContent()).toBe("This server does not translate documents");
    expect(await page.locator("#file").isDisabled()).toBe(true);
  });
});
