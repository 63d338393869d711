#!/usr/bin/env bash
# One would guess: FluentParser of @fluent/syntax never throws: what it cannot read becomes Junk with annotations, and placeables in placeables are
# valid (the grammar's inline_placeable).
# What happens: it calls itself for each brace, so that a message of some thousand braces throws RangeError, "Maximum call stack size exceeded".
# Seen with @fluent/syntax 0.19.0 on 2026-11-29. src/corpora/formats/strings/fluent.ts makes that a DataError.
set -uo pipefail
command -v npm >/dev/null || exit 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 2
npm install --silent --no-audit --no-fund --prefix "$folder" @fluent/syntax@0.19.0 >/dev/null 2>&1 || exit 2

cat >braces.mjs <<'JS'
import { FluentParser } from "@fluent/syntax";
const read = (depth) => {
  try {
    return new FluentParser().parse(`a = ${"{".repeat(depth)}$b${"}".repeat(depth)}\n`).body[0].type;
  } catch (error) {
    return error.name;
  }
};
console.log(`10 deep: ${read(10)}, 20000 deep: ${read(20000)}`);
JS
output=$(node braces.mjs 2>/dev/null) || exit 2
echo "@fluent/syntax 0.19.0"
echo "$output"
if [ "$output" = "10 deep: Message, 20000 deep: RangeError" ]; then
  echo "Deeply nested placeables throw RangeError, where other faults become Junk."
  exit 0
fi
echo "CHANGED: it reads them otherwise."
exit 1
