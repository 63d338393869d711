// Source of truth: an encoder that has seen nothing yet.
import { expect, it } from "vitest";
import { WordpieceModel } from "../../../src/text/wordpiece-model.ts";
import { byRank, modelProto } from "../model-specs.ts";

it("encodes alike when more different words have passed than it remembers", () => {
  const proto = modelProto({ normal: byRank(["12", "34", "123", "99", "▁", ..."0123456789"]) });
  const model = WordpieceModel.fromProto(proto);
  // It remembers 65,536 runs.
  for (let word = 0; word < 66_000; word++) model.encode(`${word}`);
  for (const text of ["65535 65536 65537", "65999", "12345 99 0", "1234", "70123"]) {
    expect(model.encodePieces(text), text).toEqual(WordpieceModel.fromProto(proto).encodePieces(text));
  }
  expect(model.encodePieces("12345")).toEqual(["▁", "12", "34", "5"]);
});
