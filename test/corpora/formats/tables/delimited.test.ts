/** Source of truth: RFC 4180, and tab-separated files as corpora are published; the pairs by hand. */
import { describe, expect, it, test } from "vitest";
import { readItems } from "../read-items.ts";

describe("a table of tabs", () => {
  test.each([
    [
      "has its pairs in the first two columns",
      "One\tEins\nTwo\tZwei\n",
      {},
      [
        [1, "One", "Eins"],
        [2, "Two", "Zwei"],
      ],
    ],
    [
      "takes quotes for text",
      'a "b"\t"c\n"d"\te\n',
      {},
      [
        [1, 'a "b"', '"c'],
        [2, '"d"', "e"],
      ],
    ],
    [
      "takes them for quotes where that is asked for",
      '"a ""b"""\t"c\nd"\n"e"\tf\n',
      { quotes: true },
      [
        [1, 'a "b"', "c\nd"],
        [3, "e", "f"],
      ],
    ],
    ["has names of languages", "id\tde\ten-GB\n1\tEins\tOne\n", {}, [[2, "One", "Eins"]]],
    ["has the language itself before one of another region", "en-GB\ten\tde\nx\tOne\tEins\n", {}, [[2, "One", "Eins"]]],
    ["has names of sides", "Source\tScore\tTarget \nOne\t1\tEins\n", {}, [[2, "One", "Eins"]]],
    ["has columns by number", "1\tOne\tx\tEins\n", { columns: ["2", "4"] }, [[1, "One", "Eins"]]],
    ["has columns by name", "a\tb\tc\nOne\tx\tEins\n", { columns: ["a", "c"] }, [[2, "One", "Eins"]]],
    [
      "has lines of one column",
      "One\tEins\nTwo\n\nThree\tDrei\textra\n",
      {},
      [
        [1, "One", "Eins"],
        [2, "malformed"],
        [4, "Three", "Drei"],
      ],
    ],
    [
      "ends its lines as Windows does",
      "\ufeffOne\tEins\r\nTwo\tZwei",
      {},
      [
        [1, "One", "Eins"],
        [2, "Two", "Zwei"],
      ],
    ],
  ])("%s", async (_, text, options, expected) => {
    for (const step of [1000, 1, 3]) expect(await readItems("a.tsv", text, options as object, step)).toEqual(expected);
  });

  it("names the columns there are where one is missing", async () => {
    await expect(readItems("a.tsv", "a\tb\n1\t2\n", { columns: ["a", "x"] })).rejects.toMatchObject({
      message: 'There is no column "x" in the first line.',
      nextStep: expect.stringContaining('"a", "b"'),
    });
  });

  it("refuses a line without an end, and bytes that are no UTF-8, by their lines", async () => {
    await expect(readItems("a.tsv", `a\tb\n${"x".repeat(2 << 20)}`)).rejects.toMatchObject({ where: "a.tsv:2" });
    await expect(readItems("a.tsv", Buffer.from("a\tb\nü\tx\n", "latin1"))).rejects.toMatchObject({ where: "a.tsv:2" });
  });
});

describe("a table of commas", () => {
  test.each([
    [
      "has fields in quotes",
      'en,de\n"One, two","Eins ""zwei"""\nThree,Drei\n',
      [
        [2, "One, two", 'Eins "zwei"'],
        [3, "Three", "Drei"],
      ],
    ],
    [
      "has line breaks in quotes",
      'en,de\n"One\r\ntwo",x\nThree,Drei',
      [
        [2, "One\ntwo", "x"],
        [4, "Three", "Drei"],
      ],
    ],
    ["of semicolons", 'en;de\n"a;b";c,d\n', [[2, "a;b", "c,d"]]],
    ["with a byte order mark", "\ufeffen,de\na,b\n", [[2, "a", "b"]]],
    ["with quotes inside fields", 'en,de\na "b" c,d\n', [[2, 'a "b" c', "d"]]],
    [
      "with too few fields",
      "en,de\na\nb,c\n",
      [
        [2, "malformed"],
        [3, "b", "c"],
      ],
    ],
  ])("%s", async (_, text, expected) => {
    for (const step of [1000, 1, 2]) expect(await readItems("a.csv", text, {}, step)).toEqual(expected);
  });

  it("has text in quotes that stay, where that is asked for", async () => {
    expect(await readItems("a.csv", '"a,b\n', { quotes: false })).toEqual([[1, '"a', "b"]]);
  });

  it("is in UTF-16 too", async () => {
    expect(await readItems("a.csv", Buffer.from('\ufeffen;de\n"é";ü\n', "utf16le"))).toEqual([[2, "é", "ü"]]);
  });

  it("refuses quotes that never end", async () => {
    const text = `en,de\na,b\n"c,d\n${"e,f\n".repeat(1 << 19)}`;
    await expect(readItems("a.csv", text)).rejects.toMatchObject({ name: "DataError", where: "a.csv:3" });
    await expect(readItems("a.csv", 'en,de\n"a,b\n')).rejects.toMatchObject({ name: "DataError", where: "a.csv:2" });
  });
});
