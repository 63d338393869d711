#!/usr/bin/env bash
# One would guess: translate-toolkit, asked for English and German, takes the English and the German variant of each unit of a TMX file, which may stand in any order.
# What happens: without a word it takes the first variant for the source and the second for the target, whatever their languages are.
# Seen with python3-translate 3.8.4-1 of Debian on 2026-11-29. src/corpora/formats/xml/tmx.ts chooses variants by language; bench/import.ts, which times both, writes
# source and target in this order.
set -uo pipefail
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && command -v python3 >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
apt-get download python3-translate=3.8.4-1 >/dev/null 2>&1 || exit 2
dpkg-deb -x python3-translate_3.8.4-1_all.deb package || exit 2
python3 -m venv venv >/dev/null 2>&1 && venv/bin/pip install --quiet lxml==6.1.3 >/dev/null 2>&1 || exit 2

cat >read.py <<'PY'
from translate.storage.tmx import tmxfile

variant = '<tuv xml:lang="{}"><seg>{}</seg></tuv>'
unit = "".join(variant.format(*each) for each in [("fr", "Un chien"), ("en", "A dog"), ("de", "Ein Hund")])
text = (
    '<?xml version="1.0"?><tmx version="1.4"><header creationtool="t" creationtoolversion="1" segtype="sentence" o-tmf="t"'
    ' adminlang="en" srclang="*all*" datatype="plaintext"/><body><tu>' + unit + "</tu></body></tmx>"
)
with open("memory.tmx", "w") as file:
    file.write(text)
with open("memory.tmx", "rb") as file:
    memory = tmxfile(file, "en", "de")
(only,) = memory.units
print(f"{only.source} -> {only.target}")
PY
output=$(PYTHONPATH=package/usr/lib/python3/dist-packages venv/bin/python read.py 2>/dev/null) || exit 2
echo "translate-toolkit 3.8.4"
echo "a unit in French, English and German, asked for English and German: $output"
if [ "$output" = "A dog -> Ein Hund" ]; then
  echo "CHANGED: variants are chosen by language."
  exit 1
fi
[ "$output" = "Un chien -> A dog" ] || { echo "CHANGED: another choice."; exit 1; }
echo "Languages are not looked at: the first variant is the source, the second the target."
exit 0
