/** The bounds of a server that is fuzzed: small, so that they are met. */
import type { ServerOptions } from "../../../src/server/start-server.ts";

export const fuzzedServer: Partial<ServerOptions> = {
  loadAtStart: true,
  maxDelay: 0,
  beamSize: 1,
  limits: { characters: 2000, texts: 50, alternatives: 5, textsPerMinute: 0 },
  bodyLimit: 100_000,
  timeLimit: 2000,
};
