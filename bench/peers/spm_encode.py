"""SentencePiece's C++ encoder on one thread: spm_encode.py MODEL TEXT RUNS. All lines in one call. Prints one JSON object."""

import json
import statistics
import sys
import time

import sentencepiece

model, text, runs = sys.argv[1:]
with open(text, encoding="utf-8", newline="\n") as file:
    lines = file.read().split("\n")[:-1]
times = []
pieces = 0
for _ in range(int(runs)):
    processor = sentencepiece.SentencePieceProcessor(model_file=model)
    started = time.perf_counter()
    encoded = processor.encode(lines, out_type=int, num_threads=1)
    times.append(time.perf_counter() - started)
    pieces = sum(map(len, encoded))
print(
    json.dumps(
        {
            "version": sentencepiece.__version__,
            "lines": len(lines),
            "pieces": pieces,
            "seconds": statistics.median(times),
        }
    )
)
