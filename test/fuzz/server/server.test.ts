/** Source of truth: the promise that what is no request is refused with a status from 400 to 499 and leaves the server whole. */
import { expect, test } from "vitest";
import { startToyServer, writePairModels } from "../../server/toy-models.ts";
import { malformedRequest, runServerCases } from "./cases.ts";
import { BODIES } from "./malformed-bodies.ts";
import { HEADS } from "./malformed-heads.ts";
import { fuzzedServer } from "./options.ts";

const CASES = 300;

test("a sample of npm run fuzz -- --only server", async () => {
  const server = await startToyServer(await writePairModels(["en-de"]), fuzzedServer);
  const { url } = server;
  const report = await runServerCases({ url, seed: 2, first: 0, cases: CASES, connections: 4, withStops: false });
  expect(report.problems).toEqual([]);
  const counts = Object.values(report.outcomes).flatMap((each) => Object.values(each));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(CASES);
  await server.stop();
});

test("a request that stops is answered with 408 after the time limit", async () => {
  const server = await startToyServer(await writePairModels(["en-de"]), { ...fuzzedServer, timeLimit: 500 });
  const stops = Array.from({ length: 2000 }, (_, i) => i).filter((i) =>
    malformedRequest(2, i, true).kind.includes("stops"),
  );
  const reports = await Promise.all(
    stops.slice(0, 8).map((first) => {
      return runServerCases({ url: server.url, seed: 2, first, cases: 1, connections: 1, withStops: true });
    }),
  );
  expect(reports.map(({ outcomes, problems }) => [outcomes, problems])).toEqual(
    reports.map(() => [{ "a sender that stops": { 408: 1 } }, []]),
  );
  await server.stop();
});

test("every kind of request is among the cases, the same every time", () => {
  const kinds = new Set(Array.from({ length: 1000 }, (_, i) => malformedRequest(1, i, true).kind));
  expect(kinds).toEqual(new Set([...Object.keys(BODIES), ...Object.keys(HEADS)]));
  expect(malformedRequest(1, 7, true)).toEqual(malformedRequest(1, 7, true));
});

test("a server that takes what it should refuse, or goes wrong afterwards, is noticed", async () => {
  const server = await startToyServer(await writePairModels(["en-de"]), {
    ...fuzzedServer,
    limits: { characters: 0, texts: 0, alternatives: 0, textsPerMinute: 0 },
  });
  const large = Array.from({ length: 2000 }, (_, i) => i).find((i) =>
    malformedRequest(1, i, false).request.damage.endsWith("many texts"),
  )!;
  const { problems } = await runServerCases({
    url: server.url,
    seed: 1,
    first: large,
    cases: 1,
    connections: 1,
    withStops: false,
  });
  expect(problems).toEqual([expect.stringMatching(/many texts\): 200$/)]);
  await server.stop();
});
