/** Source of truth: steps worked out by hand. */
import { expect, test } from "vitest";
import { TranslationError } from "../../../src/base/errors.ts";
import { type BeamStepOptions, type Beams, beamStep } from "../../../src/decoding/beam/beam-step.ts";

const EOS = 0;
const options: BeamStepOptions = { beamSize: 2, eosId: EOS, endAllowed: true };

/** Rows of [id, log-probability] pairs. */
function candidates(...rows: [id: number, logProbability: number][][]) {
  const flat = rows.flat();
  return { ids: Int32Array.from(flat, ([id]) => id), logProbabilities: Float32Array.from(flat, ([, p]) => p) };
}

function beams(scores: number[], offsets: number[]): Beams {
  return { scores: Float64Array.from(scores), offsets: Int32Array.from(offsets) };
}

/** [parent, piece, score] of each successor. */
function rows({ parents, pieces, scores }: ReturnType<typeof beamStep>["live"]) {
  return Array.from(parents, (parent, i) => [parent, pieces[i], scores[i]]);
}

test("the best of all rows go on, best first", () => {
  const { live, ended } = beamStep(
    beams([-1, -2], [0, 2]),
    candidates(
      [
        [5, -0.5],
        [6, -4],
        [7, -5],
      ],
      [
        [8, -0.25],
        [5, -1],
        [6, -9],
      ],
    ),
    options,
  );
  expect(rows(live)).toEqual([
    [0, 5, -1.5],
    [1, 8, -2.25],
  ]);
  expect(rows(ended)).toEqual([]);
});

test("a hypothesis that ends leaves its place to the next best", () => {
  const { live, ended } = beamStep(
    beams([-1], [0, 1]),
    candidates([
      [5, -0.5],
      [EOS, -1],
      [7, -2],
    ]),
    options,
  );
  expect(rows(live)).toEqual([
    [0, 5, -1.5],
    [0, 7, -3],
  ]);
  expect(rows(ended)).toEqual([[0, EOS, -2]]);
});

test("an end below the beam is dropped", () => {
  const { live, ended } = beamStep(
    beams([-1], [0, 1]),
    candidates([
      [5, -0.5],
      [7, -1],
      [EOS, -2],
    ]),
    options,
  );
  expect(rows(live)).toEqual([
    [0, 5, -1.5],
    [0, 7, -2],
  ]);
  expect(rows(ended)).toEqual([]);
});

test("an end takes a rank: a second one below the beam's size is dropped", () => {
  const { live, ended } = beamStep(
    beams([-1, -1.25], [0, 2]),
    candidates(
      [
        [EOS, -0.5],
        [5, -1],
        [6, -2],
      ],
      [
        [EOS, -1],
        [7, -3],
        [8, -4],
      ],
    ),
    options,
  );
  // In order: row 0 ends, 5 goes on, row 1 ends as the third best, 6 goes on.
  expect(rows(ended)).toEqual([[0, EOS, -1.5]]);
  expect(rows(live)).toEqual([
    [0, 5, -2],
    [0, 6, -3],
  ]);
});

test("an end that is not allowed takes no place", () => {
  const step = candidates([
    [EOS, -0.1],
    [5, -0.5],
    [7, -1],
  ]);
  const { live, ended } = beamStep(beams([-1], [0, 1]), step, { ...options, endAllowed: false });
  expect(rows(live)).toEqual([
    [0, 5, -1.5],
    [0, 7, -2],
  ]);
  expect(rows(ended)).toEqual([]);
});

test("ties go to the better parent, then to the candidate listed first", () => {
  const { live } = beamStep(
    beams([-1, -1], [0, 2]),
    candidates(
      [
        [5, -1],
        [6, -1],
        [7, -1],
      ],
      [
        [1, -1],
        [2, -1],
        [3, -1],
      ],
    ),
    { ...options, beamSize: 4 },
  );
  expect(rows(live)).toEqual([
    [0, 5, -2],
    [0, 6, -2],
    [0, 7, -2],
    [1, 1, -2],
  ]);
});

test("sentences are decided apart and keep their offsets, even where nothing goes on", () => {
  const never = Number.NEGATIVE_INFINITY;
  const { live, ended } = beamStep(
    beams([-9, -1, -2], [0, 1, 2, 3]),
    candidates(
      [
        [5, -1],
        [6, -2],
      ],
      [
        [EOS, 0],
        [5, never],
      ],
      [
        [EOS, -1],
        [5, -2],
      ],
    ),
    options,
  );
  expect(rows(live)).toEqual([
    [0, 5, -10],
    [0, 6, -11],
    [2, 5, -4],
  ]);
  expect([...live.offsets]).toEqual([0, 2, 2, 3]);
  expect(rows(ended)).toEqual([
    [1, EOS, -1],
    [2, EOS, -3],
  ]);
  expect([...ended.offsets]).toEqual([0, 0, 1, 2]);
});

test("log-probabilities that are not numbers are refused", () => {
  const step = candidates([
    [5, Number.NaN],
    [6, Number.NaN],
    [7, Number.NaN],
  ]);
  expect(() => beamStep(beams([0], [0, 1]), step, options)).toThrow(TranslationError);
});
