#!/usr/bin/env bash
# One would guess: gettext-parser reads strings of a .po file as msgfmt does: octal and hexadecimal escapes are bytes, and a header with the
# template's charset=CHARSET is text as the file has it.
# What happens: the backslash of \101 and \x41 is dropped and the digits stay ("101", "x41"), and with charset=CHARSET UTF-8 is read as Latin-1.
# Seen with gettext-parser 10.0.0 (npm) beside msgfmt 0.21 on 2026-11-29. src/documents/syntax/po-entries.ts reads .po instead.
set -uo pipefail
command -v npm >/dev/null && command -v msgfmt >/dev/null && command -v msgunfmt >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
npm install --silent --no-audit --no-fund --prefix "$folder" gettext-parser@10.0.0 >/dev/null 2>&1 || exit 2

cat >read.mjs <<'JS'
import { readFileSync } from "node:fs";
import { po } from "gettext-parser";
const file = (charset, text) => Buffer.from(`msgid ""\nmsgstr "Content-Type: text/plain; charset=${charset}\\n"\n\nmsgid "a"\nmsgstr "${text}"\n`);
const read = (bytes) => po.parse(bytes).translations[""].a.msgstr[0];
console.log(`${read(file("UTF-8", "\\101 \\x41"))} | ${read(file("CHARSET", "é"))}`);
JS
printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a"\nmsgstr "\\101 \\x41"\n' >a.po
msgfmt -o a.mo a.po || exit 2
right=$(msgunfmt a.mo | tail -n 1)
output=$(node read.mjs 2>/dev/null) || exit 2
echo "gettext-parser 10.0.0: $output"
echo "msgfmt:                $right"
if [ "$output" != "A A | é" ] && [ "$right" = 'msgstr "A A"' ]; then
  echo "Escapes of bytes and the charset of templates are read otherwise than by gettext itself."
  exit 0
fi
echo "CHANGED: they are read alike."
exit 1
