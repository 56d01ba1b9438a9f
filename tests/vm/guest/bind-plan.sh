# bind --dry-run of each device, against class, group and driver in sysfs: which may go, which may
# not and for what reason. Nothing is changed by it.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember

# in_the_way DEVICE: whether a driver of the host has another device of its group.
in_the_way() {
	for member in $(members "$(target "$devices/$1/iommu_group")"); do
		[ "$member" != "$1" ] || continue
		case $(target "$devices/$member/driver") in
		- | pcieport | pci-stub | vfio-pci) ;;
		*) return 0 ;;
		esac
	done
	return 1
}

# answer DEVICE: "STATUS RESULT GUARD" as it has to be.
answer() {
	case $(word "$devices/$1/class") in
	0x0604* | 0x0806*) echo 1 refused bridge; return ;;
	0x0600* | 0x0601* | 0x0c05*) echo 1 refused platform; return ;;
	esac
	if [ "$(target "$devices/$1/driver")" = vfio-pci ]; then echo 0 unchanged -
	elif [ ! -e "$devices/$1/iommu_group" ]; then echo 1 refused no-group
	elif in_the_way "$1"; then echo 1 refused group
	else echo 0 planned -
	fi
}

for device in "$devices"/*; do
	device=${device##*/} got=0
	iommutool bind --dry-run "$device" -r --noheadings -o RESULT,GUARD > "$out" 2> "$err" || got=$?
	[ "$got $(cat "$out")" = "$(answer "$device")" ] ||
		fail "bind --dry-run $device: '$got $(cat "$out")' instead of '$(answer "$device")'; $(cat "$err")"
done
unchanged 'bind --dry-run'
[ ! -e /run/iommutool ] || fail "bind --dry-run made /run/iommutool: $(ls -R /run/iommutool)"
finish
