/** Source of truth: the batches that a recording model is given. */
import { expect, test } from "vitest";
import type { WantedLine } from "../../../src/segments/translate-lines.ts";
import type { LineOptions, ServedModel } from "../../../src/server/models/served-model.ts";
import type { BatchTranslator, LineTranslation } from "../../../src/server/queue/batch-translator.ts";
import { LineQueue } from "../../../src/server/queue/line-queue.ts";
import { queuedLines } from "../../../src/server/texts/queued-lines.ts";

const leg = { model: { directory: "x", pairs: [], bytes: 0 }, source: "en", target: "de" };

/** A model that gives each line back with what was asked of it. */
function recordingModel(tooLong = "") {
  const asked: { options: LineOptions; lines: readonly object[] }[] = [];
  const translators = new Map<string, BatchTranslator>();
  const translator = (options: LineOptions) => {
    const name = JSON.stringify(options);
    const known = translators.get(name) ?? {
      translate: async (lines): Promise<LineTranslation[]> => {
        asked.push({ options, lines });
        return lines.map(({ text, nBest }) => ({
          hypotheses: [{ text: `${text} ${nBest}` }],
          tooLong: text === tooLong,
        }));
      },
    };
    translators.set(name, known);
    return known;
  };
  const queue = new LineQueue({ slots: 1, batchSize: 10, maxDelay: 0 });
  return { asked, served: { beamSize: 5, translator, queue } as unknown as ServedModel };
}

async function translate(served: ServedModel, variants: number, lines: WantedLine[]): Promise<string[]> {
  const found: string[] = [];
  const options = { leg, variants, client: "me", signal: new AbortController().signal };
  for await (const { hypotheses } of queuedLines(served, options)(lines)) found.push(hypotheses[0]!.text);
  return found;
}

test("lines go together however many translations each wants, with their terms, and come back in order", async () => {
  const { asked, served } = recordingModel();
  const lines = [
    { text: "a" },
    { text: "b", several: true },
    { text: "c", terms: ["x"] },
    { text: "d", several: true, alignment: true },
  ];
  expect(await translate(served, 1, lines)).toEqual(["a 1", "b 5", "c 1", "d 5"]);
  const pair = { source: "en", target: "de" };
  expect(asked).toEqual([
    {
      options: { ...pair, nBest: 5, withAlignment: false },
      lines: [
        { text: "a", nBest: 1 },
        { text: "b", nBest: 5 },
        { text: "c", nBest: 1, terms: ["x"] },
      ],
    },
    { options: { ...pair, nBest: 5, withAlignment: true }, lines: [{ text: "d", nBest: 5 }] },
  ]);
});

test("where several translations are asked for, there is a choice for each", async () => {
  const { served } = recordingModel();
  expect(await translate(served, 2, [{ text: "a" }])).toEqual(["a 5"]);
  expect(await translate(served, 9, [{ text: "a" }])).toEqual(["a 9"]);
});

test("a line that is too long is refused", async () => {
  const { served } = recordingModel("long");
  await expect(translate(served, 1, [{ text: "a" }, { text: "long" }])).rejects.toMatchObject({ status: 413 });
});
