# SPDX-License-Identifier: GPL-2.0-or-later
# For against_iasl.sh: what iasl says as lines TABLE OFFSET FIELD VALUE, and TABLE OFFSET "unknown"
# where it gave up. Numbers as in against_iasl.jq.

function digit(hex, i) {
	return index("0123456789abcdef", substr(hex, i, 1)) - 1
}
function value_of(hex,   n, i) {
	hex = tolower(hex)
	if (length(hex) > 8)
		return hex
	n = 0
	for (i = 1; i <= length(hex); i++)
		n = n * 16 + digit(hex, i)
	return sprintf("%.0f", n)
}
# 64 bits are more than awk counts, so sums are made digit by digit; what wraps is dropped.
function sum(a, b,   i, n, carry, digits) {
	carry = 0
	digits = ""
	for (i = 16; i >= 1; i--) {
		n = carry + digit(a, i) + digit(b, i)
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
		emit("path", tolower(substr(text, 1, 2) "." substr(text, 5, 1)))
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
/^\*\*\*\* Unknown .* (subtable type|table signature)/ {
	print table, (start < 0 ? 0 : start), "unknown"
}
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
