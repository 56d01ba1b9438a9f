# gaw --attach: the highest IOVA as VFIO tells it, read beside it by vfio_ranges, and what it says
# where there is nobody to ask.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act

# vfio_last GROUP: the end of the last range that VFIO would map; nothing when it refuses the group.
vfio_last() { /rig/vfio_ranges "$1" 2> /dev/null | tail -n 1 | sed 's/.* //'; }

# bits_of ADDRESS: 0x and hexadecimal digits; without the first one it is a number the shell can hold.
bits_of() {
	digits=$(echo "${1#0x}" | sed 's/^0*//')
	bits=$(((${#digits} - 1) * 4)) first=$((0x${digits%"${digits#?}"}))
	while [ $first -gt 0 ]; do first=$((first >> 1)) bits=$((bits + 1)); done
	echo $bits
}

# state: what opening a device could leave changed. Not bit 2 of the command register, bus master:
# VFIO clears that when it opens a device, and nobody has a use for it before the next one does.
state() {
	for device in $vfio; do
		command=$(od -A n -t u2 -j 4 -N 2 "$devices/$device/config")
		echo "$device $(target "$devices/$device/driver") $((command & ~4))"
	done
}

# one_line PATTERN: fail unless there is one line on stderr for each unit, which has the pattern.
one_line() {
	[ "$(grep -c "^iommutool gaw: .*$1" "$err")" = "$(ls /sys/class/iommu | wc -l)" ] ||
		fail "gaw --attach: no line a unit with '$1', but: $(cat "$err")"
}

if [ -z "$(groups)" ]; then
	run 77 gaw --attach
	finish
fi

able=''
for group in $(vfio_groups); do
	[ -z "$(vfio_last "$group")" ] || able="$able $group"
done
state > "$work/state"

if [ -z "$able" ]; then
	run 2 gaw --attach -rno GAW,LAST_IOVA
	cp "$out" "$work/attached"
	run 0 gaw -rno GAW,LAST_IOVA
	same 'gaw --attach, nobody to ask' < "$work/attached"
	finish
fi

# Each unit by the device that it names.
run 0 gaw --attach -J
parse_json '
	(.units[] | ["units", .unit, .attached, .gaw, .last_iova] | words),
	(.units[] | ["max", .gaw_max] | words),
	(.units[].devices[] | ["devices", .gaw, .last_iova] | words),
	(["common", .common.gaw, .common.last_iova] | words)'
part units
while read -r unit device gaw last; do
	group=$(target "$devices/$device/iommu_group")
	[ "$(target "$devices/$device/iommu")" = "$unit" ] || fail "$unit was asked through $device, which is not of it"
	asked=$(vfio_last "$group")
	[ "$gaw $last" = "$(bits_of "$asked") $asked" ] ||
		fail "$unit: gaw $gaw and last IOVA $last, but VFIO says $asked"
	echo "$gaw $last" >> "$work/wanted_units"
done < "$out"
[ "$(wc -l < "$out")" = "$(ls /sys/class/iommu | wc -l)" ] || fail "not all units: $(cat "$out")"
one=$(sort -u "$work/wanted_units") # what all machines here have: units of one width
part devices
sort -u "$out" > "$work/devices" && mv "$work/devices" "$out"
says 'gaw --attach, devices' "$one"
part common
says 'gaw --attach, common' "$one"
part max
[ "$(sort -n "$out" | head -n 1)" -ge "${one% *}" ] || fail "gaw_max $(cat "$out") is below gaw ${one% *}"
run 0 gaw --attach --require="${one% *}" --common -rno GAW
says 'gaw --attach --common' "${one% *}"
[ "${one% *}" = 64 ] || run 1 gaw --attach --require=$((${one% *} + 1))

# The device that was named is the one that is asked.
for group in $able; do
	for device in $vfio; do
		[ "$(target "$devices/$device/iommu_group")" = "$group" ] || continue
		run 0 gaw --attach -rno ATTACHED "$device"
		says "gaw --attach $device" "$device"
	done
done
state > "$work/after"
cmp -s "$work/state" "$work/after" || fail "changed: $(diff "$work/state" "$work/after")"

# What somebody has is left to them: another device is asked, and at last none.
holders=''
for group in $able; do
	run 0 gaw --attach -rno ATTACHED
	device=$(head -n 1 "$out")
	hold "$device"
	holders="$holders $holder"
done
run 2 gaw --attach -rno ATTACHED
says 'gaw --attach, all in use' "$(ls /sys/class/iommu | sed 's/.*/-/' | paste -sd ' ')"
# A device that VFIO refuses all the same is tried first, and it is that which is said then.
[ "$(echo $able)" != "$(echo $(vfio_groups))" ] || one_line 'is open in .*vfio_hold'
for holder in $holders; do let_go; done

su -s /bin/sh nobody -c 'iommutool gaw --attach' > "$out" 2> "$err"
[ $? = 2 ] || fail "gaw --attach as nobody: $(cat "$out")"
one_line 'permi'

for device in $vfio; do raw_bind "$device" -; done
run 2 gaw --attach
one_line 'iommutool bind'
for device in $vfio; do raw_bind "$device" vfio-pci; done
run 0 gaw --attach
finish
