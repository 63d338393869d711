"""Writes digests of what sacreBLEU 2.6.0 knows of each of its test sets: pairs, files, columns, translators, and the MD5 of each archive. Run by hand:

    python test/corpora/test-sets/golden/generate.py > test/corpora/test-sets/golden/sacrebleu-sets.json

The test makes the same lines of the registry. A set's lines are sorted; each is `PAIR FILE…`, `PAIR translators NAME,…`, or `MD5 URL`.
"""
import hashlib
import json
import re

from sacrebleu.dataset import DATASETS


def lines_of(name, dataset):
    for pair, files in dataset.langpairs.items():
        translators = dataset.kwargs.get("refs", [])
        if isinstance(files, dict):
            translators = files.get("refs", translators)
            files = [files["path"]]
        # A file that is not in an archive has the set's name before its own there.
        names = [file.removeprefix(name.replace("/", "_") + ".") for file in files]
        yield " ".join([pair, *names])
        if translators:
            yield f"{pair} translators {','.join(translators)}"
    for url, md5 in zip(dataset.data, dataset.md5):
        yield f"{md5} {url}"


digests = {}
for name, dataset in sorted(DATASETS.items()):
    text = "\n".join(sorted(lines_of(name, dataset)))
    digests[name] = hashlib.sha256(text.encode()).hexdigest()[:16]
print(json.dumps(digests, indent=2))
