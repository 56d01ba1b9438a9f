# resv-regions: regions against reserved_regions, usable ranges computed here from those and the
# width the machine was made with, and both against VFIO itself.
. /rig/lib/check
. /rig/lib/raw

if [ -z "$(groups)" ]; then
	empty_answer resv-regions groups
	run 77 resv-regions --usable
	finish
fi

# refuses GROUP: whether the kernel lets nobody have a device with a direct region: VFIO is asked
# where a device is on vfio-pci; else VT-d always does, AMD-Vi did not on 6.1.
refuses() {
	if vfio_groups | grep -qx "$1"; then
		! /rig/vfio_ranges "$1" > /dev/null 2>&1
	else
		case $kind-$(uname -r) in
		amd-vi-6.1.*) return 1 ;;
		esac
	fi
}

# meaning GROUP TYPE: what a region means to VFIO.
meaning() {
	case $2 in
	direct-relaxable) echo usable ;;
	direct) if refuses "$1"; then echo refused; else echo excluded; fi ;;
	*) echo excluded ;;
	esac
}

# origin START TYPE: where a region of the rig's machines comes from.
origin() {
	case $kind-$2-$1 in
	*-msi-*) echo msi-window ;;
	*-direct-relaxable-0x0000000000000000) echo isa ;;
	intel-vtd-*) echo RMRR ;;
	amd-vi-reserved-*) echo ht-hole ;;
	amd-vi-*) echo IVMD ;;
	esac
}

for group in $(groups); do
	while read -r start end type; do
		echo "$group $start $end $type $(meaning "$group" "$type") $(origin "$start" "$type")"
	done < "/sys/kernel/iommu_groups/$group/reserved_regions"
done > "$work/rows"
run 0 resv-regions -rno GROUP,START,END,TYPE,VFIO,SOURCE
same 'resv-regions -r' < "$work/rows"

run 0 resv-regions -J
parse_json '
	(.groups[] as $g | $g.regions[] | ["rows", $g.group, .start, .end, .type, .vfio, .source] | words),
	(.groups[] as $g | $g.usable[] | ["usable", $g.group, .start, .end] | words),
	(.common.usable[] | ["common", .start, .end] | words),
	(.groups[].regions[] | ["devices", .start, .devices] | words)'
part rows
same 'resv-regions -J' < "$work/rows"

# An unknown end is null in JSON, which parse_json turns into "-".
for group in $(groups); do
	usable_rows "$group" | sed "s/^/$group /"
done > "$work/usable"
run 0 resv-regions --usable -rno GROUP,START,END
same 'resv-regions --usable' < "$work/usable"
part usable
sed 's/ ?$/ -/' "$work/usable" | same 'resv-regions -J, usable'
part common
usable_rows $(groups) | sed 's/ ?$/ -/' | same 'resv-regions -J, common'

# Who brings a region, where the machine's file says for whom the tables of the rig ask for one.
for region in $brings; do
	run 0 resv-regions -rno START,DEVICES "${region#*=}"
	sed -n "s/^${region%=*} //p" -i "$out"
	says "devices that bring ${region%=*}" "${region#*=}"
done

# VFIO agrees about what is usable, and --fits with both; it is not sure where the width is unknown.
if [ "$(last_iova)" = '?' ]; then fits=2; else fits=0; fi
for group in $(vfio_groups); do
	/rig/vfio_ranges "$group" > "$work/vfio" 2> /dev/null || continue
	run 0 resv-regions --usable -rno START,END "$group"
	[ "$(last_iova)" != '?' ] || sed '$s/[^ ]*$/0xffffffffffffffff/' -i "$out"
	same "usable ranges of group $group" < "$work/vfio"
	while read -r start end; do
		last=$end
		run "$fits" resv-regions --fits="$start-$end" "$group"
		run "$fits" resv-regions --fits="$start+4K" "$group"
	done < "$work/vfio"
	excluded "$group" | while read -r start end; do
		run 1 resv-regions --fits="$start-$end" "$group"
		run 1 resv-regions --fits="0x1000-$end" "$group"
		exit $failed
	done || failed=1
	case $last in
	0xffffffffffffffff) ;;
	*) run 1 resv-regions --fits="0x1000-$(printf '0x%x' $((last + 1)))" "$group" ;;
	esac
done

finish
