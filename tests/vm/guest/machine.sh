# The guest is the machine that its file promises; else the other tests would pass for want of
# anything to look at. The tool has no part in this one.
. /rig/lib/check
. /rig/lib/raw

units=$(ls /sys/class/iommu)
case $kind in
intel-vtd)
	says_width=$((((0x$(word /sys/class/iommu/dmar0/intel-iommu/cap) >> 16) & 63) + 1))
	[ "$says_width" = "$aw_bits" ] || fail "the unit has $says_width bits, not $aw_bits"
	;;
amd-vi) [ "$units" = ivhd0 ] || fail "the units are '$units', not ivhd0" ;;
virtio) # Linux 6.1 of Debian has no driver
	case $(uname -r)-$units in
	6.1.*- | *-0000:00:01.0) ;;
	*) fail "the units are '$units', not 0000:00:01.0" ;;
	esac
	;;
none) [ -z "$units" ] || fail "there are units: $units" ;;
esac

for device in $vfio; do
	[ -z "$units" ] || [ "$(target "$devices/$device/driver")" = vfio-pci ] || fail "$device is not on vfio-pci"
done
if [ -n "$units" ]; then
	for answer in yes no; do
		for group in $(groups); do viable "$group"; done | grep -qx $answer || fail "no group has '$answer' for viable"
	done
	# Without interrupt remapping VFIO takes nothing unless it was told to.
	refuses=$(cat /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts)
	! grep -qE '[ -]IR-' /proc/interrupts || refuses=Y
	[ -z "$vfio" ] || [ "$refuses" = N ] || for group in $(vfio_groups); do /rig/vfio_ranges "$group"; done 2> /dev/null | grep -q . || fail 'VFIO takes no group'
fi
for region in $brings; do
	grep -q "^${region%=*} " /sys/kernel/iommu_groups/*/reserved_regions || fail "no reserved region at ${region%=*}"
done
for module in $load; do
	[ -e "/sys/module/$(echo "$module" | tr - _)" ] || fail "module $module is not loaded"
done

finish
