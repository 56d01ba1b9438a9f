# Groups of several devices: conventional PCI behind a bridge, and two functions of one device.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember
up=$(target "$devices/$bridge/driver")

# The children of a bridge have no drivers here: one may go alone, both go together, the bridge stays.
act 0 "$left - vfio-pci bound -" bind "$left"
act 0 "$left vfio-pci vfio-pci unchanged - $right - vfio-pci bound -" bind --whole-group "$right"
bound "$bridge" "$up" '(null)'
/rig/vfio_ranges "$(target "$devices/$left/iommu_group")" > /dev/null || fail 'VFIO does not take the whole group'
act 0 "$left vfio-pci - restored - $right vfio-pci - restored -" restore --all
unchanged 'a group behind a bridge'

# Of two functions one has a driver: it is in the way, unless it is named or the whole group is.
act 1 "$first - vfio-pci refused group" bind "$first"
hints "$second"
hints --whole-group
act 0 "$second nvme vfio-pci bound -" bind "$second" # the other one has no driver, so nothing is in the way
run 0 restore "$second"
act 0 "$first - vfio-pci bound - $second nvme vfio-pci bound -" bind "$second" "$first"
act 0 "$first vfio-pci - restored - $second vfio-pci nvme restored -" restore --all
act 0 "$first - vfio-pci planned - $second nvme vfio-pci planned -" bind --dry-run --whole-group "$second"
unchanged 'two functions of a device, named'
act 0 "$first - vfio-pci bound - $second nvme vfio-pci bound -" bind --whole-group "$first"
/rig/vfio_ranges "$(target "$devices/$first/iommu_group")" > /dev/null || fail 'VFIO does not take the whole group'

# One of them alone goes back; the other stays where it is.
act 0 "$second vfio-pci nvme restored -" restore "$second"
bound "$first" vfio-pci vfio-pci
act 0 "$first vfio-pci - restored -" restore "$first"
unchanged 'two functions of a device'

# While a process has the group open, its other member is not given back to the host: the kernel
# would refuse the driver.
run 0 bind --whole-group "$first"
hold "$first"
run 1 restore "$second" -r --noheadings -o RESULT,GUARD
says 'restore of a member of an open group' 'refused vfio-user'
let_go
run 0 restore --all

# A guard of one member refuses for all.
eth=$(ls "$devices/$nic/net")
ip link set "$eth" up
ip addr add 192.0.2.1/24 dev "$eth"
run 1 bind "$free" "$nic" "$disk" -r --noheadings -o DEVICE,RESULT
grep -q "^$nic refused\$" "$out" || fail "a set with a member that may not be taken: $(cat "$out")"
! grep -qE ' bound$' "$out" || fail "a set with a member that may not be taken: $(cat "$out")"
ip addr flush dev "$eth"
ip link set "$eth" down
unchanged 'at the end'
finish
