#!/usr/bin/env bash
# One would guess: csv-parse's info.lines, the number of lines read so far, counts a line break of Windows (CR LF) once, inside quotes as well as at
# the end of a record.
# What happens: inside quotes CR and LF count one each, so that every line number after such a field is too large; with LF alone it is right.
# Seen with csv-parse 7.0.3 on 2026-11-29. src/corpora/formats/tables/delimited.ts reads quotes itself, since its reports name lines.
set -uo pipefail
command -v npm >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
npm install --silent --no-audit --no-fund --prefix "$folder" csv-parse@7.0.3 >/dev/null 2>&1 || exit 2

cat >lines.mjs <<'JS'
import { parse } from "csv-parse/sync";
const lines = (text) => parse(text, { info: true }).map(({ info }) => info.lines).join(" ");
console.log(`${lines('"a\nb",c\nd,e\n')} / ${lines('"a\r\nb",c\r\nd,e\r\n')}`);
JS
output=$(node lines.mjs 2>/dev/null) || exit 2
echo "csv-parse 7.0.3"
echo "lines after each record, LF / CR LF: $output"
if [ "$output" = "2 3 / 3 4" ]; then
  echo "A line break of Windows inside quotes counts as two lines."
  exit 0
fi
echo "CHANGED: the line numbers are others."
exit 1
