/**
 * spBLEU (Goyal et al. 2022, "The FLORES-101 Evaluation Benchmark"): words are the pieces of a fixed SentencePiece
 * model. The model is not part of this code; whoever has loaded one passes its encoder.
 */
import { splitWords } from "../white-space.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * A tokenizer of BLEU whose words are a SentencePiece model's pieces. `signature` names the model: `flores101` and `flores200` are the
 * published ones.
 *
 * @example
 * import { BLEU, sentencePieceTokenizer } from "gnmt-moe/metrics";
 * import { WordpieceModel } from "gnmt-moe/text";
 *
 * const model = WordpieceModel.load("flores200.model");
 * const bleu = new BLEU({ tokenize: sentencePieceTokenizer("flores200", (line) => model.encodePieces(line)) });
 */
export function sentencePieceTokenizer(signature: string, encode: (line: string) => readonly string[]): Tokenizer {
  return { signature, tokenize: (line) => splitWords(encode(line).join(" ")) };
}
