# gaw: widths against the registers in sysfs, against what the machine was made with, and against
# the highest IOVA that VFIO itself says may be mapped.
. /rig/lib/check
. /rig/lib/raw

if [ -z "$(groups)" ]; then
	empty_answer gaw units
	finish
fi

# field FILE FIRST LAST: bits of a hex register.
field() { echo $(((0x$(word "$1") >> $2) & ((1 << ($3 - $2 + 1)) - 1))); }

# unit_row NAME: the columns that can be told from files.
unit_row() {
	at=/sys/class/iommu/$1
	case $kind in
	intel-vtd)
		sagaw='' sizes=4096
		for level in 0 1 2 3 4; do
			[ "$(field "$at/intel-iommu/cap" $((8 + level)) $((8 + level)))" = 0 ] || sagaw=$sagaw,$((30 + 9 * level))
		done
		[ "$(field "$at/intel-iommu/cap" 34 34)" = 0 ] || sizes=$sizes,2097152
		[ "$(field "$at/intel-iommu/cap" 35 35)" = 0 ] || sizes=$sizes,1073741824
		scalable=$(field "$at/intel-iommu/ecap" 43 43) first=$(field "$at/intel-iommu/ecap" 47 47)
		[ "$scalable$first" = 11 ] && first=yes || first=no
		echo "$1 $kind $(printf '0x%016x' 0x"$(word "$at/intel-iommu/address")")" \
			"$(($(field "$at/intel-iommu/cap" 16 21) + 1)) ${sagaw#,} $first $sizes" \
			"$(word "$at/intel-iommu/domains_supported") $(word "$at/intel-iommu/domains_used")"
		;;
	amd-vi) # the address stands in the first IVHD, byte 56 of the table
		echo "$1 $kind 0x$(od -A n -t x8 -j 56 -N 8 "$acpi/$(tables IVRS)" | tr -d ' ')"
		;;
	virtio)
		echo "$1 $kind"
		;;
	esac
}

# What the last IOVA is in bits; "-" is how parse_json writes unknown.
case $(last_iova) in
'?') bits='?' width='- - -' ;;
0xffffffffffffffff) bits=64 width="64 64 $(last_iova)" ;;
*) bits=$aw_bits width="$aw_bits $aw_bits $(last_iova)" ;;
esac
gaw=${width#* }

run 0 gaw -J
parse_json '
	(.units[] | ["units", .unit, .kind, .address, .mgaw, .sagaw, .first_stage, .page_sizes,
		.domains_supported, .domains_used] | words),
	(.units[] | ["widths", .gaw, .gaw_max, .last_iova] | words),
	(.units[] as $u | $u.devices[] | ["devices", $u.unit, .device, .group, .gaw, .last_iova] | words),
	(["common", .common.gaw, .common.last_iova, .host_address_width] | words),
	(.units[] | ["remapping", .interrupt_remapping] | words)'

part units
for unit in /sys/class/iommu/*; do unit_row "${unit##*/}"; done > "$work/units"
known=$(head -n 1 "$work/units" | wc -w)
cut -d ' ' -f "1-$known" "$out" > "$work/cut" && mv "$work/cut" "$out"
same 'gaw -J, units' < "$work/units"

part widths
for unit in /sys/class/iommu/*; do echo "$width"; done | same 'gaw -J, widths'

part devices
sort "$out" > "$work/devices" && mv "$work/devices" "$out"
for device in "$devices"/*; do
	[ ! -L "$device/iommu" ] || echo "$(target "$device/iommu") ${device##*/} $(target "$device/iommu_group") $gaw"
done | sort | same 'gaw -J, devices'

# DMAR byte 36 is the host's width less one; IVRS has it in bits 8 to 14 of the word at 36.
case $kind in
intel-vtd) host=$(($(od -A n -t u1 -j 36 -N 1 "$acpi/$(tables DMAR | head -n 1)") + 1)) ;;
amd-vi) host=$((($(od -A n -t u4 -j 36 -N 4 "$acpi/$(tables IVRS)") >> 8) & 127)) ;;
*) host=- ;;
esac
part common
says 'gaw -J, common' "$gaw $host"

# Chips whose names begin with IR- deliver remapped interrupts.
if grep -qE '[ -]IR-' /proc/interrupts; then remapping=yes; else remapping=no; fi
part remapping
says 'gaw -J, interrupt remapping' "$remapping"

run 0 gaw --common -rno GAW,LAST_IOVA
says 'gaw --common' "$bits $(last_iova)"

if [ "$bits" = '?' ]; then
	run 2 gaw --require=39
else
	run 0 gaw --require="$bits"
	[ "$bits" = 64 ] || run 1 gaw --require=$((bits + 1))
fi

# gaw is the number of bits of the highest IOVA that VFIO maps.
for group in $(vfio_groups); do
	/rig/vfio_ranges "$group" > "$work/vfio" 2> /dev/null || continue
	for device in $(endpoints "$group"); do
		run 0 gaw --common -rno LAST_IOVA "$device"
		[ "$bits" = '?' ] || says "highest IOVA of $device" "$(tail -n 1 "$work/vfio" | sed 's/.* //')"
	done
done

finish
