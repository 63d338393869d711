#!/usr/bin/env bash
# One would guess: PyTorch's dynamic quantisation of LSTM and Linear layers, which takes the range of the activations as they come, takes it
# for each row, so that a sentence has the same result whatever stands beside it in the batch, as in f32.
# What happens: one range covers the whole batch. A neighbour with larger activations coarsens every row: the same sequence beside one that is 20
# times as large is some ten times further from the f32 result than alone.
# Seen with torch 2.13.0 (x86-64) on 2026-11-29. The engine here has a scale for each row and step (native/src/quantized); bench/peers/decode.py
# compares with this mode, so translations of the peer in 8 bits depend on its batches.
set -uo pipefail
command -v python3 >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
python3 -m venv python && python/bin/pip install --quiet torch==2.13.0 numpy==2.3.5 >/dev/null 2>&1 || exit 2

cat >rows.py <<'PY'
import warnings

import torch

warnings.filterwarnings("ignore")
torch.manual_seed(0)
torch.set_num_threads(1)
lstm = torch.nn.LSTM(8, 8)
quantized = torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(lstm), {torch.nn.LSTM}, dtype=torch.qint8)[0]
sequence = torch.randn(3, 1, 8)
neighbour = 20 * torch.randn(3, 1, 8)
exact = lstm(sequence)[0]
alone = quantized(sequence)[0]
beside = quantized(torch.cat([sequence, neighbour], 1))[0][:, :1]
print("torch", torch.__version__)
print(f"largest error alone {(alone - exact).abs().max():.4f}, beside a larger sequence {(beside - exact).abs().max():.4f}")
raise SystemExit(0 if (beside - exact).abs().max() > 4 * (alone - exact).abs().max() else 1)
PY
output=$(python/bin/python rows.py 2>/dev/null)
status=$?
[ -n "$output" ] || exit 2
echo "$output"
if [ $status -eq 0 ]; then
  echo "A row's result in 8 bits depends on the other rows of its batch."
  exit 0
fi
echo "CHANGED: the other rows of a batch no longer matter."
exit 1
