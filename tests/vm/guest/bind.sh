# bind and restore where nothing speaks against it: driver, override and node against raw sysfs; to
# other drivers, to none, twice, dry, in all formats; without a record.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember

# A disk that nobody uses, there and back; a second time there is nothing to do.
act 0 "$disk nvme vfio-pci planned -" bind --dry-run "$disk"
unchanged 'bind --dry-run'
act 0 "$disk nvme vfio-pci bound -" bind "$disk"
bound "$disk" vfio-pci vfio-pci
[ -c "$(node_of "$disk")" ] || fail "bind: there is no $(node_of "$disk")"
/rig/vfio_ranges "$(target "$devices/$disk/iommu_group")" > /dev/null || fail 'bind: VFIO does not take the group'
snapshot > "$work/bound"
act 0 "$disk vfio-pci vfio-pci unchanged -" bind "$disk"
act 0 "$disk vfio-pci vfio-pci unchanged -" bind --dry-run "$disk"
snapshot | diff "$work/bound" - || fail 'bind for the second time changed something'
act 0 "$disk vfio-pci nvme planned -" restore --dry-run "$disk"
snapshot | diff "$work/bound" - || fail 'restore --dry-run changed something'
act 0 "$disk vfio-pci nvme restored -" restore "$disk"
unchanged 'bind, restore of a disk'
act 0 "$disk nvme nvme unchanged -" restore "$disk"
unchanged 'restore for the second time'

# The formats say the same.
iommutool bind "$disk" -J > "$out" 2> "$err" || fail "bind -J: $(cat "$err")"
parse_json '.devices[] | ["row", .device, .from, .to, .result, .guard, .reason] | words'
part row
says 'bind -J' "$disk nvme vfio-pci bound - -"
run 0 restore "$disk" -P --noheadings -o DEVICE,FROM,TO,RESULT
says 'restore -P' "DEVICE=\"$disk\" FROM=\"vfio-pci\" TO=\"nvme\" RESULT=\"restored\""
run 0 bind "$free"
grep -qE "^$free +- +vfio-pci +bound" "$out" || fail "bind, the table: $(cat "$out")"
run 0 restore -q "$free"
[ ! -s "$out$err" ] || fail "restore -q: $(cat "$out" "$err")"
unchanged 'bind, restore in all formats'

# A device without a driver gets none back; an address may be shortened.
act 0 "$free - vfio-pci bound -" bind "${free#0000:}"
act 0 "$free vfio-pci - restored -" restore "${free#0000:}"
unchanged 'bind, restore of a device without a driver'

# Other drivers; what was first is what comes back.
act 0 "$disk nvme pci-stub bound -" bind --to=pci-stub "$disk"
bound "$disk" pci-stub pci-stub
act 0 "$disk pci-stub vfio-pci bound -" bind "$disk"
bound "$disk" vfio-pci vfio-pci
act 0 "$disk vfio-pci nvme restored -" restore "$disk"
unchanged 'bind to pci-stub, then to vfio-pci'

# An override of somebody else comes back to the letter, with the driver and without.
raw_bind "$twin" pci-stub
echo vfio-pci > "$devices/$free/driver_override"
snapshot > "$work/others"
act 0 "$free - vfio-pci bound - $twin pci-stub vfio-pci bound -" bind "$free" "$twin"
act 0 "$free vfio-pci - restored - $twin vfio-pci pci-stub restored -" restore "$twin" "$free"
snapshot | diff "$work/others" - || fail 'bind, restore: the overrides that were there before did not come back'
echo > "$devices/$free/driver_override"
raw_free "$twin"
unchanged 'overrides of somebody else'

# To none: the override as it was, and no driver.
act 0 "$disk nvme vfio-pci bound -" bind "$disk"
act 0 "$disk vfio-pci - restored -" restore --to-none "$disk"
bound "$disk" - '(null)'
act 0 "$disk - - unchanged -" restore --to-none "$disk"
act 0 "$disk - nvme restored -" restore "$disk" # what was before is not forgotten
unchanged 'restore --to-none'

# Without a record: probed again, and it says so.
raw_bind "$disk" vfio-pci
act 0 "$disk vfio-pci nvme restored -" restore "$disk"
grep -q . "$err" || [ "$(iommutool restore -r --noheadings -o REASON "$disk")" ] || fail 'restore does not say that it had no record'
unchanged 'restore without a record'

# All that is recorded, and nothing else.
raw_bind "$twin" pci-stub
run 0 bind "$free" "$disk"
act 0 "$free vfio-pci - restored - $disk vfio-pci nvme restored -" restore --all
bound "$twin" pci-stub pci-stub
raw_free "$twin"
unchanged 'restore --all'
run 0 restore --all -r --noheadings
[ ! -s "$out" ] || fail "restore --all without a record prints: $(cat "$out")"
unchanged 'restore --all without a record'

# monitor and the readers see it.
run 0 bind "$disk"
run 0 groups -rno DEVICE,DRIVER,VIABLE "$disk"
says 'groups after bind' "$disk vfio-pci yes"
run 0 restore "$disk"
unchanged 'at the end'
finish
