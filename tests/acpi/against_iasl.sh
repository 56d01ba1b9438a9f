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

# Ours: TABLE STRUCTURE OFFSET FIELD VALUE; numbers of up to four bytes in decimal.
cat >"$work/ours.jq" <<'EOF'
def digit: if . >= 97 then . - 87 else . - 48 end;
def number: if type == "number" then . else ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + ($c | digit)) end;
def long: ltrimstr("0x");
def device_id: capture("(?<b>..):(?<d>..)\\.(?<f>.)$") | (.b | number) * 256 + (.d | number) * 8 + (.f | number);
def flags($names): [.[] as $flag | $names | index($flag) // -1 | if . >= 0 then pow(2; .) else $flag | number end] | add // 0;

def drhd_flags: ["INCLUDE_PCI_ALL"];
def atsr_flags: ["ALL_PORTS"];
def satc_flags: ["ATC_REQUIRED"];
def ivhd_flags: ["HT_TUN_EN", "PASS_PW", "RES_PASS_PW", "ISOC", "IOTLB_SUP", "COHERENT", "PREF_SUP", "PPR_SUP"];
def ivmd_flags: ["UNITY", "IR", "IW", "EXCLUSION_RANGE"];
def scope_types: ["", "endpoint", "bridge", "ioapic", "hpet", "namespace"];

def header: .offset as $at | [0, "type", (.kind // {DRHD: 0, RMRR: 1, ATSR: 2, RHSA: 3, ANDD: 4, SATC: 5, SIDP: 6}[.type] | number)], [2, "length", .length];

def scope($base): (.offset - $base) as $at
	| [$at, "scope_type", (.type as $t | if .kind then .kind | number else scope_types | index($t) end)],
	  [$at + 1, "scope_length", 6 + 2 * (.path | length)],
	  [$at + 4, "enumeration_id", .enumeration_id],
	  [$at + 5, "start_bus", .start_bus],
	  (.path | to_entries[] | [$at + 6 + 2 * .key, "path", .value]);

def dmar: header,
	if .type == "DRHD" then [4, "flags", (.flags | flags(drhd_flags))], [5, "size", .size], [6, "segment", .segment], [8, "address", (.address | long)]
	elif .type == "RMRR" then [6, "segment", .segment], [8, "start", (.start | long)], [16, "end", (.end | long)]
	elif .type == "ATSR" then [4, "flags", (.flags | flags(atsr_flags))], [6, "segment", .segment]
	elif .type == "SATC" then [4, "flags", (.flags | flags(satc_flags))], [6, "segment", .segment]
	elif .type == "SIDP" then [6, "segment", .segment]
	elif .type == "RHSA" then [8, "address", (.address | long)], [16, "proximity_domain", .proximity_domain]
	elif .type == "ANDD" then [7, "device_number", .device_number], [8, "name", .name]
	else empty end,
	(.offset as $base | .scopes // [] | .[] | scope($base));

def entry($base): (.offset - $base) as $at | (.offset + .length - 4 - $base) as $to
	| [$at, "entry_type", (.kind | number)],
	  (select(.type != "unknown") | [$at + 3, "data", (.data | number)]),
	  (select(.type | IN("all", "special", "unknown") | not) | [$at + 1, "device_id", (.first | device_id)]),
	  (select(.alias) | [$at + 5, "source", (.alias | device_id)]),
	  (select(.extended) | [$at + 4, "extended", (.extended | number)]),
	  (select(.type == "special") | [$at + 4, "handle", .handle], [$at + 5, "source", (.first | device_id)],
	   [$at + 7, "variety", (.variety | if . == "ioapic" then 1 elif . == "hpet" then 2 else number end)]),
	  (select(.type | endswith("range")) | [$to, "entry_type", 4], [$to + 1, "device_id", (.last | device_id)]);

def ivrs: [0, "type", (.kind | number)], [2, "length", .length],
	if .type == "IVHD" then
		[1, "flags", (.flags | flags(ivhd_flags))], [4, "iommu", (.iommu | device_id)], [6, "capability", .capability_offset],
		[8, "address", (.address | long)], [16, "segment", .segment], [18, "info", (.info | number)], [20, "features", (.features | number)],
		(select(.efr) | [24, "efr", (.efr | long)], [32, "efr2", (.efr2 | long)]),
		(.offset as $base | .entries[] | entry($base))
	elif .type == "IVMD" then
		[1, "flags", (.flags | flags(ivmd_flags))], [16, "start", (.start | long)], [24, "end", (.end | long)],
		(select(.kind != "0x20") | [4, "iommu", (.first | device_id)]), (select(.kind == "0x22") | [6, "last", (.last | device_id)])
	else [1, "flags", (.flags | flags([]))] end;

def fixed: [4, "table_length", .length], [8, "revision", .revision],
	if .signature == "DMAR" then [36, "width", .host_address_width - 1], [37, "flags", (.flags | flags(["INTR_REMAP", "X2APIC_OPT_OUT", "DMA_CTRL_OPT_IN"]))]
	elif .signature == "IVRS" then [36, "ivinfo", (.ivinfo.value | number)]
	else empty end;

(input_filename | capture("(?<n>[0-9]+)\\.json$").n) as $name
| .tables[] | .signature as $signature
| (fixed | [0, .]), (select($signature != "VIOT") | .structures[] | .offset as $at | if $signature == "DMAR" then dmar else ivrs end | .[0] += $at | [$at, .])
| [$name, .[0], .[1][]] | map(tostring) | join(" ")
EOF
(cd "$work" && jq -r -f ours.jq ./*.json) >"$work/ours"

# Theirs: TABLE OFFSET FIELD VALUE, and TABLE OFFSET unknown where iasl gave up.
cat >"$work/theirs.awk" <<'EOF'
function value_of(hex,   n, i) {
	hex = tolower(hex)
	if (length(hex) > 8)
		return hex
	n = 0
	for (i = 1; i <= length(hex); i++)
		n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
	return sprintf("%.0f", n)
}
# 64 bits are more than awk counts, so sums are made digit by digit; what wraps is dropped.
function sum(a, b,   i, n, carry, digits) {
	carry = 0
	digits = ""
	for (i = 16; i >= 1; i--) {
		n = index("0123456789abcdef", substr(a, i, 1)) + index("0123456789abcdef", substr(b, i, 1)) - 2 + carry
		digits = substr("0123456789abcdef", n % 16 + 1, 1) digits
		carry = int(n / 16)
	}
	return digits
}
function emit(field, value) {
	if (value ~ /^[0-9]+$/ && length(value) < 16)
		value = sprintf("%.0f", value) # mawk prints large ones with an exponent
	print table, offset, field, value
}
function in_entry(field, value) {
	if (field == "Data Setting" && (entry in has_data))
		emit("data", value)
	else if (field == "Device ID" && (entry in has_device_id))
		emit("device_id", value)
	else if (field == "Source Used Device ID")
		emit("source", value)
	else if (field == "Handle" || field == "Variety")
		emit(tolower(field), value)
	else if (field == "Extended Data")
		emit("extended", value)
}
function in_dmar(field, value, text) {
	if (field in dmar)
		emit(dmar[field], value)
	else if (field == "Register Base Address" || (field == "Base Address" && type == 3))
		emit("address", value)
	else if (field == "Base Address")
		emit("start", value)
	else if (type == 0 && offset == start + 5)
		emit("size", value)
	else if (field == "PCI Path")
		emit("path", tolower(substr(text, 1, 2) "." substr(text, 5, 1)) (substr(text, 4, 1) == "0" ? "" : "?"))
	else if (field == "Device Name")
		emit("name", substr(text, 2, length(text) - 2))
}
function in_ivrs(field, value) {
	if (field == "Base Address")
		emit("address", value)
	else if (field == "DeviceId" && (type in has_device_id))
		emit("iommu", value)
	else if (field == "Auxiliary Data" && type == 34)
		emit("last", value)
	else if (field == "Reserved" && type < 32 && offset == start + 32)
		emit("efr2", value)
	else if (field == "Memory Length")
		emit("end", sum(sum(memory, value), "ffffffffffffffff"))
	else if (field in ivrs)
		emit(ivrs[field], value)
	if (field == "Start Address")
		memory = value
}
BEGIN {
	dmar["Length"] = ivrs["Length"] = "length"
	dmar["Flags"] = ivrs["Flags"] = "flags"
	dmar["PCI Segment Number"] = ivrs["PCI Segment Group"] = "segment"
	dmar["Host Address Width"] = "width"
	dmar["End Address (limit)"] = "end"
	dmar["Proximity Domain"] = "proximity_domain"
	dmar["Device Number"] = "device_number"
	dmar["Device Scope Type"] = "scope_type"
	dmar["Entry Length"] = "scope_length"
	dmar["Enumeration ID"] = "enumeration_id"
	dmar["PCI Bus Number"] = "start_bus"
	ivrs["Capability Offset"] = "capability"
	ivrs["Virtualization Info"] = "info"
	ivrs["Feature Reporting"] = ivrs["Attributes"] = "features"
	ivrs["EFR Image"] = "efr"
	ivrs["Start Address"] = "start"
	# Blocks 10h 11h 40h 21h 22h; entries 02h 03h 04h 42h 43h 46h 47h F0h.
	n = split("16 17 64 33 34 2 3 4 66 67 70 71 240", known, " ")
	while (n > 0)
		has_device_id[known[n--]]
	n = split("1 2 3 66 67 70 71 72 240", known, " ")
	while (n > 0)
		has_data[known[n--]]
}
FNR == 1 {
	table = FILENAME
	gsub(/^.*\/|\.dsl$/, "", table)
	signature = ""
	start = type = entry = -1
}
# iasl prints a DMAR type that it does not know as 5; only this line has the number.
/^\*\*\*\* Unknown DMAR subtable type/ { print table, start, "type", value_of(substr($NF, 3)) }
/^\*\*\*\* Unknown .* (subtable type|table signature)/ { print table, (start < 0 ? 0 : start), "unknown" }
/^\[[0-9A-F]+h [0-9]+ +[0-9]+\]/ {
	split($0, word, /[] []+/)
	offset = word[3] + 0
	field = $0
	sub(/^\[[^]]*\] */, "", field)
	text = field
	sub(/ : .*/, "", field)
	sub(/^[^:]* : /, "", text)
	value = text
	sub(/ .*/, "", value)
	value = value_of(value)

	if (field == "Signature")
		signature = substr(text, 2, 4)
	else if (field == "Table Length" || field == "Revision")
		emit(field == "Revision" ? "revision" : "table_length", value)
	else if (offset < 36)
		next
	else if (field == "Subtable Type") {
		start = offset
		type = value + 0
		entry = -1
		if (signature != "DMAR" || text !~ /Unknown/)
			emit("type", value)
	} else if (field == "Entry Type") {
		entry = value + 0
		if (entry != 0)
			emit("entry_type", value)
	} else if (signature == "IVRS" && offset == 36)
		emit("ivinfo", value)
	else if (entry >= 0)
		in_entry(field, value)
	else if (signature == "DMAR")
		in_dmar(field, value, text)
	else
		in_ivrs(field, value)
}
EOF
awk -f "$work/theirs.awk" "$work"/*.dsl >"$work/iasl"
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
END { print structures + 0, fields + 0 > skipped }' "$work/unknown" "$work/ours" | sort >"$work/known"

compared=$(wc -l <"$work/known")
read -r structures fields <"$work/skipped"
viot=$(jq -r '.tables[].signature' "$work"/*.json | grep -c VIOT || :)
if ! cmp -s "$work/known" "$work/theirs"; then
	echo "against_iasl: TABLE OFFSET FIELD VALUE: < is ours, > is iasl's" >&2
	diff "$work/known" "$work/theirs" | grep '^[<>]' | head -40 | while read -r side name rest; do
		echo "$side $(sed -n "s/^$name //p" "$work/names") $rest" >&2
	done
	exit 1
fi
[ "$compared" -gt 0 ] || { echo "against_iasl: nothing could be compared" >&2; exit 1; }
echo "against_iasl: $# tables, $compared fields the same; skipped as unknown to iasl: $viot VIOT," \
	"$structures structures ($fields fields)"
