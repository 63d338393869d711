/** Source of truth: the server's refusals, by status, as docs/guide/serving.md has them. */
import { describe, expect, test } from "vitest";
import { Api } from "../../../web/src/server/api.ts";
import { adviceOn, ServerFailure } from "../../../web/src/server/failures.ts";
import { addressIn, messageIn } from "../../../web/src/server/upload.ts";

describe("advice", () => {
  test.each<[number, string, number, RegExp, number | undefined, boolean]>([
    [0, "", Number.NaN, /cannot be reached/, 3, false],
    [400, "This server needs an API key.", Number.NaN, /needs an API key/, undefined, true],
    [403, "Invalid API key.", Number.NaN, /does not accept/, undefined, true],
    [400, "Invalid request: x.", Number.NaN, /^Invalid request: x\.$/, undefined, false],
    [400, "", Number.NaN, /did not understand/, undefined, false],
    [413, "…", Number.NaN, /too long/, undefined, false],
    [429, "Slowdown", 12, /a lot to do/, 12, false],
    [429, "Slowdown", Number.NaN, /a lot to do/, 3, false],
    [429, "Slowdown", 1e9, /a lot to do/, 600, false],
    [500, "secret", 1, /wrong in the server/, undefined, false],
    [501, "…", Number.NaN, /Choose the language/, undefined, false],
    [503, "…", 5, /not ready/, 5, false],
    [504, "…", Number.NaN, /too long/, undefined, false],
  ])("on %i, %j", (status, detail, retryAfter, text, retryIn, asksForKey) => {
    const advice = new ServerFailure(status, detail, retryAfter).advice;
    expect(advice.text).toMatch(text);
    expect(advice.retryIn).toBe(retryIn);
    expect(advice.asksForKey).toBe(asksForKey);
  });

  test("on errors of the page itself blames nobody", () => {
    expect(adviceOn(new TypeError("x is undefined")).text).toMatch(/wrong in this page/);
  });
});

describe("the server's answers", () => {
  const answering = (response: Response | Error) =>
    new Api(async () => {
      if (response instanceof Error) throw response;
      return response;
    });
  const none = new AbortController().signal;
  const request = { text: "a", source: "en", target: "de", alternatives: 1, chosen: [] };

  test("a refusal has its status, words and time", async () => {
    const headers = { "Retry-After": "4" };
    const api = answering(new Response(JSON.stringify({ error: "Slowdown" }), { status: 429, headers }));
    const failure: ServerFailure = await api.translate(request, none).catch((error) => error);
    expect([failure.status, failure.message, failure.advice.retryIn]).toEqual([429, "Slowdown", 4]);
  });

  test("what is no JSON, as of a proxy, is a failure too", async () => {
    await expect(answering(new Response("<html>", { status: 502 })).languages()).rejects.toMatchObject({ status: 502 });
    await expect(answering(new Response("<html>")).languages()).rejects.toBeInstanceOf(ServerFailure);
    await expect(answering(new TypeError("Failed to fetch")).languages()).rejects.toMatchObject({ status: 0 });
  });

  test("an aborted request is no failure of the server", async () => {
    const stop = AbortSignal.abort(new Error("newer"));
    await expect(answering(new Error("aborted")).translate(request, stop)).rejects.not.toBeInstanceOf(ServerFailure);
  });

  test("the key goes with what needs one", async () => {
    const bodies: unknown[] = [];
    const api = new Api(async (_, init) => {
      bodies.push(JSON.parse(String(init?.body ?? "null")));
      return new Response("{}");
    });
    await api.translate(request, none);
    api.key = "secret";
    await api.translate(request, none);
    expect(bodies).toEqual([request, { ...request, api_key: "secret" }]);
  });

  test("settings that an older server does not have are off", async () => {
    expect(await answering(new Response("{}")).settings()).toEqual({
      keyRequired: false,
      charLimit: -1,
      filesTranslation: false,
      supportedFilesFormat: [],
    });
  });
});

test.each([
  ['{"translatedFileUrl":"http://localhost:5000/download_file/a.docx?x=1"}', "download_file/a.docx?x=1"],
  ['{"translatedFileUrl":"https://other.example/f/b.txt"}', "f/b.txt"],
  ['{"translatedFileUrl":"/f/b.txt"}', "f/b.txt"],
  ['{"translatedFileUrl":1}', undefined],
  ["null", undefined],
  ["<html>", undefined],
])("the document of %s is at %s", (answer, address) => {
  expect(addressIn(answer)).toBe(address);
});

test("what the server says of a document", () => {
  expect(messageIn('{"error":"no such format"}')).toBe("no such format");
  expect(messageIn("<html>")).toBe("");
});
