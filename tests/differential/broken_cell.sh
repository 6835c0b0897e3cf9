#!/usr/bin/env bash
# Writes a copy of a cell with one mistake in it, for a build that must fail: an occurrence stays in
# its window for one millisecond too long. usage: broken_cell.sh runtime/cells/newest.h OUT
set -euo pipefail
sed 's/return time > now - from; }/return time >= now - from; }/' "$1" >"$2"
if cmp -s "$1" "$2"; then
  echo "broken_cell.sh: nothing to break in $1: has within_test changed?" >&2
  exit 1
fi
