# Modules of VFIO that are not loaded: bind loads them, but for a dry run and for a refusal.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
wants_modules vfio-pci vfio_iommu_type1
remember

# unload: all of VFIO.
unload() {
	modprobe -r vfio-pci
	modprobe -r vfio_iommu_type1
	[ ! -e /sys/module/vfio ] || fail 'vfio cannot be unloaded'
}

unload
act 0 "$free - vfio-pci planned -" bind --dry-run "$free"
[ ! -e /sys/module/vfio ] || fail 'a dry run loaded vfio'
refuses 1 bind "$bridge"
[ ! -e /sys/module/vfio ] || fail 'a refused bind loaded vfio'
act 0 "$free - vfio-pci bound -" bind "$free"
[ -c "$(node_of "$free")" ] || fail "there is no $(node_of "$free")"
/rig/vfio_ranges "$(target "$devices/$free/iommu_group")" > /dev/null || fail 'VFIO does not take the group: no vfio_iommu_type1?'
run 0 restore "$free"
unchanged 'vfio-pci, loaded by bind'

# Loading it binds a device that was meant for it already, by its override or by configured IDs.
unload
echo vfio-pci > "$devices/$free/driver_override"
act 0 "$free - vfio-pci bound - $disk nvme vfio-pci bound -" bind "$free" "$disk"
act 0 "$free vfio-pci - restored - $disk vfio-pci nvme restored -" restore --all
bound "$free" - vfio-pci
echo > "$devices/$free/driver_override"
unload
mkdir -p /etc/modprobe.d
echo "options vfio-pci ids=1234:11e8" > /etc/modprobe.d/vfio.conf
act 0 "$free - vfio-pci bound -" bind --force=twins "$free"
rm /etc/modprobe.d/vfio.conf
run 0 restore "$free"
for device in /sys/bus/pci/drivers/vfio-pci/0000:*; do echo "${device##*/}" > "$device/driver/unbind"; done
unload # it keeps the IDs until then
unchanged 'vfio-pci, which took the device when it was loaded'

# The driver of the host was unloaded meanwhile: it is loaded again.
act 0 "$nic e1000e vfio-pci bound -" bind "$nic"
modprobe -r e1000e
act 0 "$nic vfio-pci e1000e restored -" restore "$nic"
unchanged 'a driver that had been unloaded'

# Not even root can load it; nor can be known what else it would take.
unload
mv /sbin/modprobe /sbin/modprobe.away
act 2 "$free - vfio-pci refused twins" bind "$free"
refuses 2 bind --force=twins "$free"
hints vfio-pci
mv /sbin/modprobe.away /sbin/modprobe
unchanged 'vfio-pci, which cannot be loaded'
modprobe vfio_iommu_type1
modprobe vfio-pci

# Another driver that has no module here.
refuses 2 bind --to=no-such-driver "$free"
hints no-such-driver
unchanged 'at the end'
finish
