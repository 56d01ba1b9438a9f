#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# against_iasl.sh PROGRAM TABLE...: compares what `PROGRAM tables --file=TABLE -J` says, field by
# field and each at its offset, with what iasl (acpica-tools) disassembles.
#
# Not everything can be compared, depending on iasl's age. 20200925 does not know DMAR types from 5
# on (SATC, SIDP) and shows nothing behind the first of them, of IVHD kind 40h only the header, and
# nothing of a VIOT. What it does not show is counted as skipped. Reserved bytes and text that
# iasl cuts are left to the unit tests.
set -eu
[ $# -ge 2 ] || { echo "usage: $0 PROGRAM TABLE..." >&2; exit 64; }
program=$1
here=$(cd "$(dirname "$0")" && pwd)
shift
for tool in iasl jq; do
	command -v "$tool" >/dev/null || { echo "against_iasl: not here: no $tool" >&2; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Tables go by their number, so that any file name will do. Exit 1 is a problem in the table.
number=0
for table in "$@"; do
	number=$((number + 1))
	name=$(printf '%06d' "$number")
	echo "$name $table" >>"$work/names"
	cp "$table" "$work/$name.bin"
	status=0
	"$program" tables --file="$table" -J >"$work/$name.json" 2>/dev/null || status=$?
	[ "$status" -le 1 ] || { echo "$table: $program: exit $status" >&2; exit 1; }
done
(cd "$work" && iasl -d ./*.bin >iasl.log 2>&1) || { cat "$work/iasl.log" >&2; exit 1; }

(cd "$work" && jq -r -f "$here/against_iasl.jq" ./*.json) >"$work/ours"

awk -f "$here/against_iasl.awk" "$work"/*.dsl >"$work/iasl"
grep ' unknown$' "$work/iasl" >"$work/unknown" || :
grep -v ' unknown$' "$work/iasl" | sort >"$work/theirs"

# Ours without what iasl gave up on, and how much that is: of a DMAR all that follows the first four
# bytes of what it does not know, of an IVRS what follows the six bytes that all blocks have.
awk -v skipped="$work/skipped" '
FILENAME == ARGV[1] {
	gave_up[$1, $2] = 1
	if (!($1 in gave_up_at))
		gave_up_at[$1] = $2
	next
}
$4 == "table_length" { is_dmar = 0 }
$4 == "width" { is_dmar = 1 }
{
	skip = 0
	if (is_dmar && ($1 in gave_up_at))
		skip = $3 >= gave_up_at[$1] + 4
	else if ($2 > 0 && ($1, $2) in gave_up)
		skip = $3 >= $2 + 6
	if (!skip) {
		print $1, $3, $4, $5
		next
	}
	fields++
	if (!(($1, $2) in seen))
		structures++
	seen[$1, $2] = 1
}
END { print structures + 0, fields + 0 > skipped }
' "$work/unknown" "$work/ours" | sort >"$work/known"

compared=$(wc -l <"$work/known")
read -r structures fields <"$work/skipped"
viot=$(jq -r '.tables[].signature' "$work"/*.json | grep -c VIOT || :)
if ! cmp -s "$work/known" "$work/theirs"; then
	echo "against_iasl: TABLE OFFSET FIELD VALUE: < is ours, > is iasl's" >&2
	diff "$work/known" "$work/theirs" | grep '^[<>]' | head -40 |
		while read -r side name rest; do
			echo "$side $(sed -n "s/^$name //p" "$work/names") $rest" >&2
		done
	exit 1
fi
[ "$compared" -gt 0 ] || { echo "against_iasl: nothing could be compared" >&2; exit 1; }
echo "against_iasl: $# tables, $compared fields the same; skipped as unknown to iasl: $viot VIOT," \
	"$structures structures ($fields fields)"
