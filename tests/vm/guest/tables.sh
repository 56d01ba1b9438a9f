# tables: the structures of each ACPI table against a walk over its bytes with od.
. /rig/lib/check
. /rig/lib/raw

acpi=/sys/firmware/acpi/tables

# bytes TABLE OFFSET COUNT: as decimal numbers.
bytes() { od -A n -t u1 -v -j "$2" -N "$3" "$acpi/$1" | tr -s ' \n' '  '; }

# number TABLE OFFSET SIZE: little-endian.
number() { od -A n -t "u$3" -v -j "$2" -N "$3" "$acpi/$1" | tr -d ' '; }

# name TABLE TYPE: what the tool calls a structure.
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

# walk TABLE: "TABLE OFFSET TYPE LENGTH" of each structure. Type and length take two bytes each in a
# DMAR; elsewhere the type takes one, followed by one for flags.
walk() {
	size=$(wc -c < "$acpi/$1")
	at=48
	[ "$1" != VIOT ] || at=$(number VIOT 38 2)
	while [ "$at" -lt "$size" ]; do
		if [ "$1" = DMAR ]; then type=$(number "$1" "$at" 2); else type=$(number "$1" "$at" 1); fi
		length=$(number "$1" $((at + 2)) 2)
		echo "$1 $at $(name "$1" "$type") $length"
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
	echo "$1 $(number "$1" 4 4) $(number "$1" 8 1) $sum $oem_id $oem_table_id"
}

# bridge_bus BDF: the secondary bus of a bridge, byte 25 of its configuration space.
bridge_bus() { od -A n -t u1 -j 25 -N 1 "$devices/$1/config" | tr -d ' '; }

# scopes FROM TO: "OFFSET TYPE DEVICE" of the device scopes in these bytes of the DMAR. A path leads
# from the start bus through bridges to the device; IOAPICs are no PCI devices here.
scopes() {
	scope=$1 stop=$2
	while [ "$scope" -lt "$stop" ]; do
		length=$(number DMAR $((scope + 1)) 1)
		set -- $(bytes DMAR "$scope" "$length")
		type=$1 bus=$6 device=''
		shift 6
		while [ $# -ge 2 ]; do
			[ -z "$device" ] || bus=$(bridge_bus "$device")
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

tables=$(ls $acpi | grep -E '^(DMAR|IVRS|VIOT)$')
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
	(select(.signature == "DMAR") | .structures[].scopes[]? | ["scopes", .type, .device]) | words)'
part structures
same 'tables -J, structures' < "$work/walk"
part headers
same 'tables -J, headers' < "$work/headers"
part problems
says 'problems' ''

# Where the scopes of a structure begin, after its fixed part.
while read -r table offset type length; do
	[ "$table" = DMAR ] || continue
	case $type in
	DRHD) scopes $((offset + 16)) $((offset + length)) ;;
	RMRR) scopes $((offset + 24)) $((offset + length)) ;;
	ATSR) scopes $((offset + 8)) $((offset + length)) ;;
	esac
done < "$work/walk" | cut -d ' ' -f 2- > "$work/wanted-scopes"
part scopes
same 'tables -J, scopes of the DMAR' < "$work/wanted-scopes"

# One table by name, and the same bytes from a file.
for table in $tables; do
	run 0 tables "$table" -rno SIGNATURE,OFFSET,TYPE
	grep "^$table " "$work/walk" | cut -d ' ' -f 1-3 | same "tables $table"
	run 0 tables --file="$acpi/$table" -rno SIGNATURE,OFFSET,TYPE
	grep "^$table " "$work/walk" | cut -d ' ' -f 1-3 | same "tables --file=$acpi/$table"
done

# A table that is not there, by name.
for table in DMAR IVRS VIOT; do
	[ -e "$acpi/$table" ] || run 1 tables "$table"
done

finish
