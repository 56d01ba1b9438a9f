# explain: facts of each device against sysfs, the next command against what has to be done, and
# whether VFIO takes a device exactly when it is called assignable.
. /rig/lib/check
. /rig/lib/raw

all=$(ls "$devices")

# others DEVICE: the rest of its group, joined by commas; "-" when there is none.
others() {
	[ -e "$devices/$1/iommu_group" ] || { echo -; return; }
	rest=$(members "$(target "$devices/$1/iommu_group")" | grep -vx "$1" | paste -sd , -)
	echo "${rest:--}"
}

# fact_row DEVICE: what files tell of it.
fact_row() {
	at=$devices/$1 group=$(target "$devices/$1/iommu_group")
	case $group in -) able=- ;; *) able=$(viable "$group") ;; esac
	resets=$(word "$at/reset_method")
	echo "$1 $group $(target "$at/iommu") $(target "$at/driver") $able $(echo "$resets" | tr ' ' ,)"
}

# shellcheck disable=SC2086 # words
run 0 explain -J $all
parse_json '
	(.devices[] | ["facts", .device, .group, .unit, .driver, .viable, .reset] | words),
	(.devices[] | ["others", .device, ([.reasons[].pulls_in[], .reasons[].at] | unique)] | words),
	(.devices[] as $d | $d.regions[] | ["regions", $d.device, .start, .end, .type] | words),
	(.devices[] | ["assignable", .device, .assignable] | words)'
part facts
for device in $all; do fact_row "$device"; done | same 'explain -J, facts'

part regions
for device in $all; do
	[ ! -e "$devices/$device/iommu_group" ] ||
		sed "s/^/$device /" "$devices/$device/iommu_group/reserved_regions"
done | same 'explain -J, regions'

# A group of several has reasons, which name all of its other devices; a group of one has none.
part others
cp "$out" "$work/others"
for device in $all; do
	named=$(sed -n "s/^$device //p" "$work/others")
	rest=$(others "$device")
	[ "$rest" != - ] || [ "$named" = - ] || fail "$device is alone, because of $named"
	for other in $(echo "$rest" | tr -d - | tr , ' '); do
		case ,$named, in *,"$other",*) ;; *) fail "$device: no reason names $other, only $named" ;; esac
	done
done

# Nobody has a group open here, and root sees all there is: nothing is unknown but platforms.
part assignable
cp "$out" "$work/assignable"
for device in $all; do
	group=$(target "$devices/$device/iommu_group")
	answer=$(sed -n "s/^$device //p" "$work/assignable")
	wanted=no
	if [ "$(target "$devices/$device/driver")" = vfio-pci ] && [ "$group" != - ] &&
		/rig/vfio_ranges "$group" > /dev/null 2>&1; then
		wanted=yes
	fi
	[ "$answer" = "$wanted" ] || fail "$device: assignable is $answer; VFIO says $wanted"
done

# The next command: bind where only a driver is missing, map-test where nothing is.
for device in $vfio; do
	grep -q "^$device yes" "$work/assignable" || continue
	run 0 explain -rno DEVICE,ASSIGNABLE,DRIVER "$device"
	says "explain $device" "$device yes vfio-pci"
	run 0 explain -Pno NEXT "$device"
	says "explain $device, next" "NEXT=\"iommutool map-test $device\""
done

# In text a line a fact, of which the last one is the option of the VMM.
# shellcheck disable=SC2086 # words
set -- $vfio
if [ $# -gt 0 ] && [ -n "$(groups)" ]; then
	run 0 explain "$1"
	tail -n 1 "$out" | grep -q "^$1 vmm " || fail "explain $1: the last line: $(tail -n 1 "$out")"
	case $kind in
	intel-vtd) tail -n 1 "$out" | grep -q "aw-bits=$aw_bits" || fail "explain $1: $(tail -n 1 "$out")" ;;
	esac
	run 2 explain -rno DEVICE "$1" 0000:ff:1f.7
	says 'explain, one of two' "$1"
fi
run 64 explain

finish
