# Guards of bind and restore on a real kernel: each refuses with its name, and nothing changes.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
wants_modules raid1 loop bridge 8021q
remember

mkdir -p "$work/at"
wait_for has_disk "$disk"
dev=/dev/$(disk_of "$disk")

# refused GUARD DEVICE DRIVER: bind says no, dry as in earnest, with the next step, and nothing changes.
refused() {
	for dry in --dry-run ''; do
		act 1 "$2 $3 vfio-pci refused $1" bind $dry "$2"
	done
	hints "; "
	bound "$2" "$3" '(null)'
	has_driver "$2" "$3" || iommutool restore "$2" # else all that comes after fails with it
}
# forced GUARD DEVICE DRIVER: named, it does not.
forced() { act 0 "$2 $3 vfio-pci planned -" bind --dry-run --force="$1" "$2"; }

# Disks: mounted here, in another namespace, below md, as swap, held, for hibernation.
mke2fs "$dev" > /dev/null 2>&1
mount -t ext2 "$dev" "$work/at"
refused mounted "$disk" nvme
hints "$work/at"
forced mounted "$disk" nvme
umount "$work/at"

mkfifo "$work/done"
unshare -m sh -c "mount -t ext2 $dev $work/at; echo > $work/mounted; cat $work/done" > /dev/null &
wait_for [ -e "$work/mounted" ]
! grep -q "$dev" /proc/mounts || fail 'the other namespace is this one'
run 1 bind "$disk" -r --noheadings -o DEVICE,RESULT,GUARD
grep -qE "^$disk refused (mounted|holders)\$" "$out" || fail "mounted in another namespace: $(cat "$out")"
complains bind
echo > "$work/done"
wait

mkswap "$dev" > /dev/null
swapon "$dev"
refused swap "$disk" nvme
refuses 64 bind --force=swap "$disk"
swapoff "$dev"

modprobe raid1
echo md_test > /sys/module/md_mod/parameters/new_array
array=/sys/block/md_test/md
echo none > $array/metadata_version
echo raid1 > $array/level
echo 2 > $array/raid_disks
cat "/sys/class/block/${dev#/dev/}/dev" > $array/new_dev
echo 0 > "$array/dev-${dev#/dev/}/slot"
echo 30000 > "$array/dev-${dev#/dev/}/size"
echo active > $array/array_state
refused holders "$disk" nvme
hints md_test
forced holders "$disk" nvme
echo clear > $array/array_state

# A loop device on the disk itself claims nothing, as with losetup --offset of a partition.
modprobe loop
losetup /dev/loop0 "$dev"
mke2fs /dev/loop0 > /dev/null 2>&1
mount -t ext2 /dev/loop0 "$work/at"
run 1 bind --dry-run "$disk" -r --noheadings -o DEVICE,RESULT,GUARD
grep -qE "^$disk refused (mounted|holders)\$" "$out" || fail "mounted through a loop device: $(cat "$out")"
umount "$work/at"
losetup -d /dev/loop0

# A VM may have the disk as it is, without a claim.
sleep 100 < "$dev" &
sleeper=$!
wait_for is_called "$sleeper" sleep
refused holders "$disk" nvme
hints "$sleeper"
kill "$sleeper"
wait

cat "/sys/class/block/${dev#/dev/}/dev" > /sys/power/resume 2> /dev/null
refused resume "$disk" nvme
forced resume "$disk" nvme
echo 7:0 > /sys/power/resume 2> /dev/null

# A disk below a multipath head is not below its PCI function in sysfs.
head=$(ls "/sys/devices/virtual/nvme-subsystem"/*/ | grep -xE 'nvme[0-9]+n1')
mke2fs "/dev/$head" > /dev/null 2>&1
mount -t ext2 "/dev/$head" "$work/at"
refused mounted "$paths" nvme
umount "$work/at"

# Interfaces: an address, the default route, part of a bridge.
eth=$(ls "$devices/$nic/net")
ip link set "$eth" up
ip addr add 192.0.2.1/24 dev "$eth"
refused network "$nic" e1000e
hints 192.0.2.1
forced network "$nic" e1000e
ip route add default via 192.0.2.2
refused network "$nic" e1000e
ip addr flush dev "$eth"
modprobe bridge
brctl addbr br0
brctl addif br0 "$eth"
refused network "$nic" e1000e
hints br0
brctl delif br0 "$eth"

# A trunk port has no address: those are on what is stacked upon it, or on guests of its bridge.
modprobe 8021q
ip link add link "$eth" name "$eth.10" type vlan id 10
ip link set "$eth.10" up
brctl addif br0 "$eth.10"
refused network "$nic" e1000e
hints "$eth.10 and br0 are stacked upon $eth"
forced network "$nic" e1000e
brctl delif br0 "$eth.10"
ip link del "$eth.10"
brctl delbr br0
ip link set "$eth" down
act 0 "$nic e1000e vfio-pci planned -" bind --dry-run "$nic"

# The display, bridges, what the platform needs, another member of the group, virtual functions.
refused display "$vga" -
forced display "$vga" -
refused bridge "$bridge" "$(target "$devices/$bridge/driver")"
run 1 bind "$isa" -r --noheadings -o RESULT,GUARD
grep -qE '^refused (bridge|platform)$' "$out" || fail "the ISA bridge: $(cat "$out")"
act 1 "$first - vfio-pci refused group" bind "$first"
hints "$second"
echo 0 > "$devices/$physical/sriov_drivers_autoprobe"
echo 2 > "$devices/$physical/sriov_numvfs"
refused sriov "$physical" nvme
run 0 bind --dry-run "0000:00:0b.1" "0000:00:0b.2"
# Forced or not, who has a virtual function keeps it.
virtual=0000:00:0b.1
run 0 bind "$virtual"
act 1 "$physical nvme vfio-pci refused sriov" bind "$physical"
hold "$virtual"
act 1 "$physical nvme vfio-pci refused vfio-user" bind --force=sriov "$physical"
hints "$holder (vfio_hold) has its virtual function $virtual open through $(node_of "$virtual")"
let_go
act 0 "$physical nvme pci-stub planned -" bind --dry-run --to=pci-stub --force=sriov "$physical"
run 0 restore "$virtual"
echo 0 > "$devices/$physical/sriov_numvfs"

# A driver in user space has it by a node that is not one of VFIO.
modprobe uio_pci_generic
raw_bind "$left" uio_pci_generic
node=/dev/$(ls "$devices/$left/uio")
sleep 100 < "$node" &
sleeper=$!
wait_for is_called "$sleeper" sleep
act 1 "$left uio_pci_generic pci-stub refused users" bind --to=pci-stub "$left"
hints "$sleeper (sleep) has ${node#/dev/} open"
kill "$sleeper"
wait
act 0 "$left uio_pci_generic pci-stub planned -" bind --dry-run --to=pci-stub "$left"
raw_free "$left"
unchanged 'refused by guards'

# A device that somebody has open through VFIO is pulled out by neither command; of a device held by
# its own descriptor alone the group's node tells nothing.
run 0 bind "$free"
for how in '' device-only; do
	hold "$free" $how
	act 1 "$free vfio-pci pci-stub refused vfio-user" bind --to=pci-stub "$free"
	hints "$holder"
	act 1 "$free vfio-pci - refused vfio-user" restore "$free"
	hints "$holder"
	act 0 "$free vfio-pci vfio-pci unchanged -" bind "$free"
	bound "$free" vfio-pci vfio-pci
	let_go
done
run 0 restore "$free"

# Twins that vfio-pci would take when it is loaded; afterwards it is, and takes none.
modprobe -r vfio-pci
mkdir -p /etc/modprobe.d
echo 'options vfio-pci ids=1b36:0010' > /etc/modprobe.d/vfio.conf
echo "$twin" > "$devices/$twin/driver/unbind"
refused twins "$disk" nvme
hints "$twin"
[ ! -e /sys/module/vfio_pci ] || fail 'vfio-pci was loaded although a guard refused'
rm /etc/modprobe.d/vfio.conf
echo "$twin" > /sys/bus/pci/drivers_probe
modprobe vfio-pci

# What cannot be forced has no name for --force; a name that is none is wrong, too.
for guard in root swap uplink vfio-user bridge no-such-guard ''; do
	refuses 64 bind --dry-run --force="$guard" "$disk"
done

unchanged 'at the end'
finish
