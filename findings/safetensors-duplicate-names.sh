#!/usr/bin/env bash
# One would guess: a reader that checks a header as strictly as safetensors does (offsets without gaps, exact sizes) refuses one that
# describes the same tensor twice.
# What happens: Python's safetensors 0.8.0 takes a header in which a name occurs twice with the same offsets, and an __metadata__ map in
# which a key occurs twice; the last value counts, without a word. A file whose two descriptions disagree reads as either.
# Seen with safetensors 0.8.0 and numpy on 2026-11-28. src/checkpoint/header-json.ts refuses both.
set -uo pipefail
command -v python3 >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
python3 -m venv python && python/bin/pip install --quiet safetensors==0.8.0 numpy >/dev/null 2>&1 || exit 2
cat >read.py <<'PY'
import struct
import safetensors
from safetensors import safe_open

header = b'{"__metadata__":{"step":"1","step":"2"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"I32","shape":[1,2],"data_offsets":[0,8]}}'
header += b" " * (-len(header) % 8)
with open("twice.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(header)) + header + struct.pack("<ff", 1, 2))
with safe_open("twice.safetensors", framework="numpy") as file:
    tensor = file.get_tensor("w")
    print(safetensors.__version__, file.metadata(), list(file.keys()), tensor.dtype, tensor.shape)
PY
seen=$(python/bin/python read.py 2>&1)
echo "$seen"
if [ "$seen" = "0.8.0 {'step': '2'} ['w'] int32 (1, 2)" ]; then
  echo "A name and a metadata key that occur twice are taken; the last counts."
  exit 0
fi
echo "CHANGED"
exit 1
