#!/usr/bin/env bash
# One would guess: a SentencePiece model file is cut into the same pieces by every release, since the file has all pieces and scores.
# What happens: in unigram models the score of user-defined symbols is not in the file. SentencePiece 0.2.2 gives them 0.1 for each byte
# beyond the first; the release inside npm's sentencepiece-js 1.1.0 gives them bytes · (highest score, at least 0) − 0.1. So the same model cuts
# the same text differently where a longer ordinary piece begins like a symbol.
# Seen with sentencepiece 0.2.2 (Python) and sentencepiece-js 1.1.0 (npm) on 2026-11-28. src/text/encoding/unigram-encoder.ts follows 0.2.2.
set -uo pipefail
command -v python3 >/dev/null && command -v npm >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
python3 -m venv python && python/bin/pip install --quiet sentencepiece==0.2.2 protobuf==7.36.2 >/dev/null 2>&1 || exit 2
npm install --silent --no-audit --no-fund --prefix "$folder" sentencepiece-js@1.1.0 >/dev/null 2>&1 || exit 2

cat >make.py <<'PY'
import sys
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as format

model = format.ModelProto()
model.trainer_spec.model_type = format.TrainerSpec.UNIGRAM
model.normalizer_spec.name = "identity"
kinds = format.ModelProto.SentencePiece
for text, score, kind in [
    ("<unk>", 0, kinds.UNKNOWN), ("<s>", 0, kinds.CONTROL), ("</s>", 0, kinds.CONTROL), ("ab", 0, kinds.USER_DEFINED),
    ("\u2581", -0.5, kinds.NORMAL), ("c", -0.5, kinds.NORMAL), ("d", -0.5, kinds.NORMAL),
    ("abc", -0.35, kinds.NORMAL), ("abd", -0.55, kinds.NORMAL),
]:
    model.pieces.add(piece=text, score=score, type=kind)
open("symbols.model", "wb").write(model.SerializeToString())
processor = sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())
print(" ".join(processor.encode("abc abd", out_type=str)))
PY
cat >cut.cjs <<'JS'
const { SentencePieceProcessor } = require("sentencepiece-js");
(async () => {
  const processor = new SentencePieceProcessor();
  await processor.load("symbols.model");
  console.log(processor.encodePieces("abc abd").join(" "));
})();
JS
newer=$(python/bin/python make.py 2>/dev/null) || exit 2
older=$(node cut.cjs 2>/dev/null | tail -n 1) || exit 2
echo "sentencepiece 0.2.2:     $newer"
echo "sentencepiece-js 1.1.0:  $older"
if [ "$newer" != "$older" ] && [ -n "$newer" ] && [ -n "$older" ]; then
  echo "The same unigram model cuts the same text differently where a piece begins like a user-defined symbol."
  exit 0
fi
echo "CHANGED: both cut alike."
exit 1
