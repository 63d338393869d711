#!/usr/bin/env bash
# One would guess: npm's xliff reads all segments of a unit of XLIFF 2.0, which may have any number, with their marked texts.
# What happens: of two segments only the last is kept, and the text in <mrk> is lost.
# Seen with xliff 6.4.0 on 2026-11-29. src/corpora/formats/xml/xliff.ts and src/documents/bilingual/xliff.ts read XLIFF over saxes instead.
set -uo pipefail
command -v npm >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
npm install --silent --no-audit --no-fund --prefix "$folder" xliff@6.4.0 >/dev/null 2>&1 || exit 2

cat >read.cjs <<'JS'
const { xliff2js } = require("xliff");
const segment = (source, target) => `<segment><source>${source}</source><target>${target}</target></segment>`;
const unit = (content) =>
  `<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" trgLang="de"><file id="f"><unit id="u">${content}</unit></file></xliff>`;
(async () => {
  const two = await xliff2js(unit(segment("One.", "Eins.") + segment("Two.", "Zwei.")));
  const marked = await xliff2js(unit(segment('A <mrk id="m" type="term">word</mrk>', "Ein Wort")));
  console.log(JSON.stringify([two.resources.f.u.source, marked.resources.f.u.source]));
})();
JS
output=$(node read.cjs 2>/dev/null) || exit 2
echo "xliff 6.4.0"
echo "source of One. and Two., source of a marked word: $output"
case "$output" in
*One.*Two.*word*)
  echo "CHANGED: nothing is lost."
  exit 1
  ;;
esac
echo "Segments and marked texts of XLIFF 2.0 are lost."
exit 0
