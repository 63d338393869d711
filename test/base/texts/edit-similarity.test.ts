/** Source of truth: the table of all distances between beginnings (Wagner and Fischer 1974). */
import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { EditPattern, editDistance, similarity } from "../../../src/base/texts/edit-similarity.ts";

function byTable(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

test("the distance is that of the table, for texts of several blocks too", () => {
  const random = new Random(5);
  const text = (length: number, letters: number) =>
    Array.from({ length }, () => String.fromCharCode(0x3b1 + random.integer(letters))).join("");
  for (let n = 0; n < 400; n++) {
    const a = text(random.integer(n % 4 === 0 ? 150 : 40), 1 + random.integer(6));
    const edited = [...a].flatMap((letter) =>
      random.integer(8) === 0 ? ["x", letter].slice(random.integer(3)) : [letter],
    );
    for (const b of [text(random.integer(90), 4), edited.join(""), `${a}${a}`, a]) {
      expect(editDistance(a, b), `${a} ${b}`).toBe(byTable(a, b));
      expect(editDistance(b, a), `${b} ${a}`).toBe(byTable(a, b));
      const most = random.integer(12);
      expect(new EditPattern(a).distanceTo(b, most)).toBe(byTable(a, b) > most ? Infinity : byTable(a, b));
    }
  }
  const [long, longer] = [text(700, 3), text(900, 3)];
  expect(editDistance(long, longer)).toBe(byTable(long, longer));
});

test("similarity is a share of the longer text", () => {
  expect(similarity("", "")).toBe(1);
  expect(similarity("abc", "")).toBe(0);
  expect(similarity("kitten", "sitting")).toBeCloseTo(1 - 3 / 7);
});
