"""translate-toolkit reads a translation memory: python3 read_tmx.py FILE SOURCE TARGET. Prints pairs and memory as JSON."""

import json
import resource
import sys

from translate.storage.tmx import tmxfile


def main():
    path, source, target = sys.argv[1:4]
    with open(path, "rb") as file:
        memory = tmxfile(file, source, target)
    pairs = 0
    for unit in memory.units:
        if unit.source and unit.target:
            pairs += 1
    print(json.dumps({"pairs": pairs, "rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


main()
