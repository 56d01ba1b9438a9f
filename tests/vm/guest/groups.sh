# groups: every column against sysfs, in all formats; filters; viability against VFIO itself.
. /rig/lib/check
. /rig/lib/raw

columns=GROUP,TYPE,VIABLE,BLOCKERS,DEVICE,ID,CLASS,DRIVER,UNIT,RESET

# device_rows FIRST DEVICE...: a row each, FIRST being the columns of the group.
device_rows() {
	first=$1
	shift
	for device; do
		at=$devices/$device
		vendor=$(word "$at/vendor") product=$(word "$at/device")
		resets=$(word "$at/reset_method")
		echo "$first $device ${vendor#0x}:${product#0x} $(word "$at/class")" \
			"$(target "$at/driver") $(target "$at/iommu") $(echo "$resets" | tr ' ' ,)"
	done
}

group_row() { echo "$1 $(word "/sys/kernel/iommu_groups/$1/type") $(viable "$1") $(blockers "$1")"; }

if [ -z "$(groups)" ]; then
	empty_answer groups groups
	grep -q '"why_empty": "'"$(why_empty)"'"' "$out" || fail "why_empty is not $(why_empty): $(cat "$out")"
else
	for group in $(groups); do
		device_rows "$(group_row "$group")" $(members "$group")
	done > "$work/rows"

	run 0 groups -rno "$columns"
	same 'groups -r' < "$work/rows"

	run 0 groups -Pno "$columns"
	sed -e 's/[A-Z_]*="//g' -e 's/"//g' -i "$out"
	same 'groups -P' < "$work/rows"

	run 0 groups -J
	parse_json '
		(.groups[] as $g | $g.devices[] | ["rows", $g.group, $g.type, $g.viable, $g.blockers,
			.device, .id, .class, .driver, .unit, .reset] | words),
		(["why_empty", .why_empty] | words)'
	part rows
	same 'groups -J' < "$work/rows"
	part why_empty
	says 'groups -J, why_empty' -

	run 0 groups -rno GROUP,TYPE,VIABLE,BLOCKERS
	for group in $(groups); do group_row "$group"; done | same 'a line a group'

	run 0 groups
	for group in $(groups); do
		for device in $(members "$group"); do
			grep -q "$device" "$out" || fail "groups: the table lacks $device"
		done
	done
fi

# A device stands for its group; one that does not exist is an error.
for device in $vfio; do
	group=$(target "$devices/$device/iommu_group")
	[ "$group" != - ] || continue
	run 0 groups -rno GROUP,DEVICE "$device"
	members "$group" | sed "s/^/$group /" | same "groups $device"
	run 2 groups -rno GROUP,DEVICE "$group" 0000:ff:1f.7
	members "$group" | sed "s/^/$group /" | same "groups $group 0000:ff:1f.7"
done

# Filters.
if [ -n "$(groups)" ]; then
	for group in $(groups); do [ "$(viable "$group")" = no ] || echo "$group"; done > "$work/viable"
	run $([ -s "$work/viable" ]; echo $?) groups --viable -rno GROUP
	same 'groups --viable' < "$work/viable"

	for driver in vfio-pci nvme no-such-driver; do
		for device in "$devices"/*; do
			[ ! -e "$device/iommu_group" ] || [ "$(target "$device/driver")" != $driver ] || echo "${device##*/}"
		done > "$work/bound"
		run $([ -s "$work/bound" ]; echo $?) groups --driver=$driver -rno DEVICE
		sort "$out" > "$work/sorted" && mv "$work/sorted" "$out"
		same "groups --driver=$driver" < "$work/bound"
	done

	for device in "$devices"/*; do
		case $(word "$device/class") in
		0x0108*) [ ! -e "$device/iommu_group" ] || echo "${device##*/}" ;;
		esac
	done > "$work/nvme"
	run $([ -s "$work/nvme" ]; echo $?) groups --class=nvme -rno DEVICE
	sort "$out" > "$work/sorted" && mv "$work/sorted" "$out"
	same 'groups --class=nvme' < "$work/nvme"
fi

# --all ends with the devices that are in no group.
for device in "$devices"/*; do
	[ -e "$device/iommu_group" ] || device_rows '- - - -' "${device##*/}"
done > "$work/ungrouped"
run 0 groups --all -rno "$columns"
tail -n "$(wc -l < "$work/ungrouped")" "$out" | sed 's/^\([^ ]*\) [^ ]* [^ ]* [^ ]* /\1 - - - /' > "$work/last"
[ "$(wc -l < "$out")" = "$(ls "$devices" | wc -l)" ] || fail 'groups --all: not a line a device'
mv "$work/last" "$out"
same 'groups --all' < "$work/ungrouped"

# Isolation, where the machine's file knows it from the topology it asked QEMU for. Root may read all
# of config space, so nothing is unknown.
isolation() {
	answer=$1
	shift
	for device; do
		run 0 groups -rno DEVICE,ISOLATED "$device"
		grep -q "^$device $answer\$" "$out" ||
			fail "isolated: $(grep "^$device" "$out"), but it is $answer by construction"
	done
}
isolation yes $isolated
isolation no $not_isolated
if [ -n "$(groups)" ]; then
	run 0 groups --all -rno DEVICE,ISOLATED
	! grep -e ' ?$' "$out" || fail 'isolated: unknown, as root'
	# Nobody reads 64 bytes of it: what is known is the same, and some of it is unknown.
	cp "$out" "$work/isolated"
	su -s /bin/sh nobody -c 'iommutool groups --all -rno DEVICE,ISOLATED' > "$out" ||
		fail "isolated as nobody: exit status $?"
	grep -v ' ?$' "$out" > "$work/known"
	wrong=$(grep -vxFf "$work/isolated" "$work/known") && fail "isolated as nobody: $wrong"
	if [ -n "$not_isolated" ]; then
		grep -q ' ?$' "$out" || fail 'isolated as nobody: nothing is unknown'
		got=0
		su -s /bin/sh nobody -c 'iommutool groups --check-isolation' > "$out" 2> "$err" || got=$?
		[ "$got" = 2 ] && [ ! -s "$out" ] && [ -s "$err" ] ||
			fail "check-isolation as nobody: exit status $got instead of 2; $(cat "$out" "$err")"
	fi

	# The kernel's groups are those of its own algorithm.
	run 0 groups --check-isolation
	run 0 groups --check-isolation -J
	[ "$(tr -d ' \n' < "$out")" = '{"differences":[]}' ] || fail "check-isolation: $(cat "$out")"

	# Where ACS is turned off behind its back, it says so, and where; then it is as before.
	for device in $acs_port; do
		at=$(acs_control "$device")
		before=$(read_word "$device" "$at")
		[ "$before" != 0000 ] || fail "$device: no ACS in force"
		write_word "$device" "$at" 0000
		run 1 groups --check-isolation -rno KERNEL,BECAUSE,AT
		grep -qx "apart acs $device" "$out" || fail "check-isolation without ACS at $device: $(cat "$out")"
		run 0 groups -rno DEVICE,ISOLATED "$device"
		grep -q "^$device no\$" "$out" || fail "isolated without ACS: $(cat "$out")"
		write_word "$device" "$at" "$before"
		run 0 groups --check-isolation
	done
else
	run 77 groups --check-isolation
fi

# VFIO takes a group exactly when it is viable, but for groups with a direct region.
for group in $(vfio_groups); do
	! grep -q 'direct$' "/sys/kernel/iommu_groups/$group/reserved_regions" || continue
	if /rig/vfio_ranges "$group" > /dev/null 2> "$work/refusal"; then taken=yes; else taken=no; fi
	run 0 groups -rno VIABLE "$group"
	says "group $group, to which VFIO says '$(cat "$work/refusal")': viable" $taken
done

finish
