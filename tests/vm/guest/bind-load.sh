# Modules of VFIO that are not loaded: bind loads them, but for a dry run and for a refusal.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
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

# Not even root can load it; nor can be known what else it would take.
unload
mv /sbin/modprobe /sbin/modprobe.away
act 1 "$free - vfio-pci refused twins" bind "$free"
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
