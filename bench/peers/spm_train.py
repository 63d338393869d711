"""SentencePiece's trainer on the same text: spm_train.py VOCAB_SIZE PREFIX FILE… Prints one JSON object."""

import json
import resource
import sys
import time

import sentencepiece

vocab_size, prefix, *files = sys.argv[1:]
started = time.perf_counter()
sentencepiece.SentencePieceTrainer.train(
    input=files,
    model_prefix=prefix,
    vocab_size=int(vocab_size),
    model_type="bpe",
    byte_fallback=True,
    character_coverage=1.0,
    num_threads=1,
    minloglevel=2,
)
seconds = time.perf_counter() - started
usage = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "version": sentencepiece.__version__,
            "seconds": seconds,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "max_rss": usage.ru_maxrss * 1024,
        }
    )
)
