/** Source of truth: RFC 8259; what JSON.parse makes of the same text; the faults that it lets pass, as Rust's serde_json finds them. */
import { describe, expect, it } from "vitest";
import { type HeaderJson, HeaderProblem, parseHeaderJson } from "../../src/checkpoint/header-json.ts";

const parse = (text: string) => parseHeaderJson(Buffer.from(text));

function plain(value: HeaderJson): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

describe("parseHeaderJson", () => {
  it.each([
    '{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"__metadata__":{"x":"1"}}',
    ' { "a" : [ 1 , 2 , { } , [ ] ] ,\n"b":\t"" }\r\n  ',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00 é 😀"',
    '{"":[],"__proto__":{"constructor":null},"a\\"b":true,"c":false}',
    "[[[[]]],[],9007199254740991,0]",
    "null",
  ])("reads %s as JSON.parse does", (text) => {
    expect(plain(parse(text))).toEqual(JSON.parse(text));
  });

  it.each([
    ["", "]", "{", "[", '"', '"a', '"a\\', "{,}", "[,]", "[1,]", '{"a":1,}', '{"a"}', '{"a" 1}', "{a:1}", "{1:2}"],
    ["01", "1.", ".5", "+1", "-", "1e", "0x1", "NaN", "tru", "nulll", "True", "1 2", "{}{}", "[1 2]", "{}\0", "'a'"],
    ['"\n"', '"\\x"', '"\\u12"', '"\\u12g4"', "\ufeff{}", "[}", "{]", '{"a":1]', "[1}"],
  ])("refuses what JSON.parse refuses: %s …", (...texts) => {
    for (const text of texts) {
      expect(() => JSON.parse(text), text).toThrow();
      expect(() => parse(text), text).toThrow(HeaderProblem);
    }
  });

  it("tells whole numbers from others", () => {
    expect(parse("[4, 0, 4.0, 4e0, 4E+1, -0, -4, 0.0, 1e999]")).toEqual([4, 0, ...Array(7).fill(Number.NaN)]);
  });

  it.each(['{"a":1,"a":1}', '{"a":1,"\\u0061":2}', '[{"b":{"c":"","d":"","c":""}}]', '{"__proto__":1,"__proto__":2}'])(
    "refuses a key twice: %s",
    (text) => expect(() => parse(text)).toThrow("twice"),
  );

  it.each(['"\\ud800"', '"\\udc00\\ud800"', '{"a\\ud83d":1}', '"\\ud83dx\\ude00"'])("refuses half a pair: %s", (text) =>
    expect(() => parse(text)).toThrow("surrogate"),
  );

  it.each(["22ff22", "22c0af22", "22eda08022", "22e28222"])("refuses bytes that are not UTF-8: %s", (bytes) =>
    expect(() => parseHeaderJson(Buffer.from(bytes, "hex"))).toThrow("UTF-8"),
  );

  it("refuses deep nesting at once, and takes long texts", () => {
    expect(parse("[".repeat(128) + "]".repeat(128))).toHaveLength(1);
    for (const bracket of ["[", '{"a":']) expect(() => parse(bracket.repeat(1_000_000))).toThrow("nested");
    expect(parse(JSON.stringify("é\\".repeat(1_000_000)))).toHaveLength(2_000_000);
  });
});
