#!/usr/bin/env bash
# One would guess: a toolkit that knows XLIFF either reads a file of version 2.0 or says that it can't.
# What happens: translate-toolkit's factory takes it for XLIFF 1, and gives a file without units and without an error; a conversion of it would be empty.
# Seen with python3-translate 3.8.4-1 of Debian on 2026-11-29. src/documents/bilingual and src/corpora/formats/xml/xliff.ts read both versions; test/documents/real-programs.test.ts
# can have this reader check version 1.2 alone.
set -uo pipefail
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && command -v python3 >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
apt-get download python3-translate=3.8.4-1 >/dev/null 2>&1 || exit 2
dpkg-deb -x python3-translate_3.8.4-1_all.deb package || exit 2
python3 -m venv venv >/dev/null 2>&1 && venv/bin/pip install --quiet lxml==6.1.3 >/dev/null 2>&1 || exit 2

cat >read.py <<'PY'
from translate.storage import factory

texts = {
    "1.2": '<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"><file original="a" source-language="en" target-language="de"'
    ' datatype="plaintext"><body><trans-unit id="u"><source>A dog</source><target>Ein Hund</target></trans-unit></body></file></xliff>',
    "2.0": '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de"><file id="f"><unit id="u"><segment>'
    "<source>A dog</source><target>Ein Hund</target></segment></unit></file></xliff>",
}
for version, text in texts.items():
    with open(f"{version}.xlf", "w") as file:
        file.write(text)
print([len(factory.getobject(f"{version}.xlf").units) for version in texts])
PY
output=$(PYTHONPATH=package/usr/lib/python3/dist-packages venv/bin/python read.py 2>/dev/null) || { echo "CHANGED: an error."; exit 1; }
echo "translate-toolkit 3.8.4"
echo "units of the same text in XLIFF 1.2 and 2.0: $output"
if [ "$output" != "[1, 0]" ]; then
  echo "CHANGED."
  exit 1
fi
echo "A file of XLIFF 2.0 is read as one without units."
exit 0
