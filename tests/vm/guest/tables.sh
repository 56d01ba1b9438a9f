# tables: the structures of each ACPI table against a walk over its bytes with od.
. /rig/lib/check
. /rig/lib/raw

# In the functions below TABLE is the name of a file in $acpi, SIGNATURE that without a number.

# bytes TABLE OFFSET COUNT: as decimal numbers.
bytes() { od -A n -t u1 -v -j "$2" -N "$3" "$acpi/$1" | tr -s ' \n' '  '; }

# number TABLE OFFSET SIZE: little-endian.
number() { od -A n -t "u$3" -v -j "$2" -N "$3" "$acpi/$1" | tr -d ' '; }

# name SIGNATURE TYPE: what the tool calls a structure.
name() {
	case $1-$2 in
	DMAR-0) echo DRHD ;;
	DMAR-1) echo RMRR ;;
	DMAR-2) echo ATSR ;;
	DMAR-3) echo RHSA ;;
	IVRS-16 | IVRS-17 | IVRS-64) echo IVHD ;;
	IVRS-32 | IVRS-33 | IVRS-34) echo IVMD ;;
	VIOT-1) echo pci-range ;;
	VIOT-3) echo virtio-iommu-pci ;;
	*) echo unknown ;;
	esac
}

# walk TABLE: "SIGNATURE OFFSET TYPE LENGTH" of each structure. Type and length take two bytes each in a
# DMAR; elsewhere the type takes one, followed by one for flags.
walk() {
	signature=${1%[0-9]}
	size=$(wc -c < "$acpi/$1")
	at=48
	[ "$signature" != VIOT ] || at=$(number "$1" 38 2)
	while [ "$at" -lt "$size" ]; do
		if [ "$signature" = DMAR ]; then type=$(number "$1" "$at" 2); else type=$(number "$1" "$at" 1); fi
		length=$(number "$1" $((at + 2)) 2)
		echo "$signature $at $(name "$signature" "$type") $length"
		[ "$length" -ge 4 ] || break
		at=$((at + length))
	done
}

# header TABLE: signature, length, revision, whether the sum of its bytes is 0, IDs.
header() {
	sum=0
	for byte in $(bytes "$1" 0 65536); do sum=$(((sum + byte) & 255)); done
	[ $sum = 0 ] && sum=yes || sum=no
	oem_id=$(dd if="$acpi/$1" bs=1 skip=10 count=6 2> /dev/null | sed 's/ *$//')
	oem_table_id=$(dd if="$acpi/$1" bs=1 skip=16 count=8 2> /dev/null | sed 's/ *$//')
	echo "${1%[0-9]} $(number "$1" 4 4) $(number "$1" 8 1) $sum $oem_id $oem_table_id"
}

# bridge_bus BDF: the secondary bus of a bridge, byte 25 of its configuration space.
bridge_bus() {
	[ -e "$devices/$1" ] && od -A n -t u1 -j 25 -N 1 "$devices/$1/config" | tr -d ' '
}

# scopes TABLE FROM TO: "OFFSET TYPE DEVICE" of the device scopes in these bytes of a DMAR. A path leads
# from the start bus through bridges to the device; IOAPICs are no PCI devices here.
scopes() {
	dmar=$1 scope=$2 stop=$3
	while [ "$scope" -lt "$stop" ]; do
		length=$(number "$dmar" $((scope + 1)) 1)
		set -- $(bytes "$dmar" "$scope" "$length")
		type=$1 bus=$6 device=''
		shift 6
		while [ $# -ge 2 ]; do
			[ -z "$device" ] || bus=$(bridge_bus "$device") || break
			device=$(printf '0000:%02x:%02x.%x' "$bus" "$1" "$2")
			shift 2
		done
		[ "$type" -le 2 ] && [ -e "$devices/$device" ] || device=-
		case $type in
		1) echo "$scope endpoint $device" ;;
		2) echo "$scope bridge $device" ;;
		3) echo "$scope ioapic $device" ;;
		4) echo "$scope hpet $device" ;;
		esac
		scope=$((scope + length))
	done
}

tables=$(tables)
if [ -z "$tables" ]; then
	empty_answer tables tables
	run 1 tables DMAR # a table that was named is not there
	finish
fi

for table in $tables; do walk "$table"; done > "$work/walk"
for table in $tables; do header "$table"; done > "$work/headers"

run 0 tables -rno SIGNATURE,OFFSET,TYPE
cut -d ' ' -f 1-3 "$work/walk" | same 'tables -r'

run 0 tables -J
parse_json '.tables[] | (
	["headers", .signature, .length, .revision, .checksum_ok, .oem_id, .oem_table_id],
	(.signature as $s | .structures[] | ["structures", $s, .offset, .type, .length]),
	(.problems[] | ["problems", .offset, .what]),
	(select(.signature == "DMAR") | .structures[].scopes[]? | ["scopes", .type, .device]),
	(.structures[] | select(.type == "IVHD") |
		["blocks", "ivhd", .kind, .ignored, .iommu],
		(.entries[] | ["blocks", .type, .first, .last, .alias, .data])),
	(.structures[] | select(.type == "IVMD") | ["blocks", "ivmd", .kind, .first, .last, .start, .end]) | words)'
part structures
same 'tables -J, structures' < "$work/walk"
part headers
same 'tables -J, headers' < "$work/headers"
part problems
says 'problems' ''

# Where the scopes of a structure begin, after its fixed part.
for table in $(tables DMAR); do
	walk "$table" | while read -r _ offset type length; do
		case $type in
		DRHD) scopes "$table" $((offset + 16)) $((offset + length)) ;;
		RMRR) scopes "$table" $((offset + 24)) $((offset + length)) ;;
		ATSR) scopes "$table" $((offset + 8)) $((offset + length)) ;;
		esac
	done
done | cut -d ' ' -f 2- > "$work/wanted-scopes"
part scopes
same 'tables -J, scopes of the DMAR' < "$work/wanted-scopes"

# bdf TABLE OFFSET: the two bytes there as bus, device and function.
bdf() {
	id=$(number "$1" "$2" 2)
	printf '%02x:%02x.%x\n' $((id >> 8)) $(((id >> 3) & 31)) $((id & 7))
}

# entries TABLE FROM TO: "TYPE FIRST LAST ALIAS DATA" of the device entries of an IVHD. Types below 64
# take four bytes, the others of the rig's tables eight.
entries() {
	entry=$2
	while [ "$entry" -lt "$3" ]; do
		type=$(number "$1" "$entry" 1) data=$(printf '0x%02x' "$(number "$1" $((entry + 3)) 1)")
		device=$(bdf "$1" $((entry + 1)))
		case $type in
		1) echo "all 00:00.0 ff:1f.7 - $data" ;;
		2) echo "select $device $device - $data" ;;
		3) first="range $device" alias=- range_data=$data ;;
		67) first="alias-range $device" alias=$(bdf "$1" $((entry + 5))) range_data=$data ;;
		71) first="ext-range $device" alias=- range_data=$data ;;
		4) echo "$first $device $alias $range_data" ;;
		66) echo "alias-select $device $device $(bdf "$1" $((entry + 5))) $data" ;;
		70) echo "ext-select $device $device - $data" ;;
		72)
			device=$(bdf "$1" $((entry + 5)))
			echo "special $device $device - $data"
			;;
		esac
		if [ "$type" -lt 64 ]; then entry=$((entry + 4)); else entry=$((entry + 8)); fi
	done
}

# Of the blocks for one unit the kernel takes that of the highest type.
for table in $(tables IVRS); do
	best=0
	for type in 16 17 64; do
		! walk "$table" | while read -r _ offset _ _; do number "$table" "$offset" 1; done | grep -qx $type || best=$type
	done
	walk "$table" | while read -r _ offset type length; do
		kind=$(number "$table" "$offset" 1)
		case $kind in
		16 | 17 | 64)
			[ "$kind" = $best ] && ignored=no || ignored=yes
			echo "ivhd $(printf '0x%02x' "$kind") $ignored 0000:$(bdf "$table" $((offset + 4)))"
			[ "$kind" = 16 ] && header=24 || header=40
			entries "$table" $((offset + header)) $((offset + length))
			;;
		33 | 34)
			[ "$kind" = 33 ] && last=$(bdf "$table" $((offset + 4))) || last=$(bdf "$table" $((offset + 6)))
			start=$(number "$table" $((offset + 16)) 8) size=$(number "$table" $((offset + 24)) 8)
			printf 'ivmd 0x%02x %s %s 0x%016x 0x%016x\n' "$kind" "$(bdf "$table" $((offset + 4)))" "$last" \
				"$start" $((start + size - 1))
			;;
		esac
	done
done > "$work/wanted-blocks"
part blocks
same 'tables -J, blocks of the IVRS' < "$work/wanted-blocks"

# One table by name, and the same bytes from a file.
for signature in DMAR IVRS VIOT; do
	if [ -n "$(tables $signature)" ]; then
		run 0 tables $signature -rno SIGNATURE,OFFSET,TYPE
		grep "^$signature " "$work/walk" | cut -d ' ' -f 1-3 | same "tables $signature"
	else
		run 1 tables $signature
	fi
done
for table in $tables; do
	run 0 tables --file="$acpi/$table" -rno SIGNATURE,OFFSET,TYPE
	walk "$table" | cut -d ' ' -f 1-3 | same "tables --file=$acpi/$table"
done

finish
