/** Source of truth: Unicode's rules of UTF-8, and what forms write of a percent sign. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { ask, startToyServer, writePairModels } from "../toy-models.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startToyServer(await writePairModels(["en-de"]));
});
afterAll(() => server.stop());

const pair = "source=en&target=de";
const post = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
  ask(`${server.url}/translate`, { method: "POST", body, headers: { "Content-Type": type } });
const FORM = "application/x-www-form-urlencoded";
const isNoUtf8 = { status: 400, body: { error: expect.stringMatching(/UTF-8/) } };

test("text in another encoding is refused, in JSON, in forms and in queries", async () => {
  const latin = Buffer.from(`{"q":"fr\xfch","source":"en","target":"de"}`, "latin1");
  expect(await post(latin, "application/json")).toMatchObject(isNoUtf8);
  expect(await post(Buffer.from(`q=fr\xfch&${pair}`, "latin1"), FORM)).toMatchObject(isNoUtf8);
  expect(await post(`q=fr%fch&${pair}`, FORM)).toMatchObject(isNoUtf8);
  expect(await ask(`${server.url}/translate?q=fr%FCh&${pair}`)).toMatchObject(isNoUtf8);
  // A surrogate that is written on its own.
  expect(await post(`q=%ed%a0%80&${pair}`, FORM)).toMatchObject(isNoUtf8);
});

test("what is UTF-8 is taken, with a byte order mark too, and so is a % that stands for itself", async () => {
  const withMark = `\ufeff{"q":"früh","source":"en","target":"de"}`;
  expect((await post(withMark, "application/json")).status).toBe(200);
  for (const body of [`q=fr%c3%bch&${pair}`, `q=früh&${pair}`, `q=100% abc&${pair}`, `q=50%zz%&${pair}`]) {
    expect((await post(body, FORM)).status, body).toBe(200);
  }
});
