# What our layer costs over the bare ioctls that it makes: map_overhead, which tests/bench/vm brings
# along, on the best backend that the kernel has.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember

backend=type1
[ ! -e /dev/iommu ] || backend=iommufd
raw_bind "$free" vfio-pci
wait_for test -e "$(node_of "$free")"
/rig/map_overhead "$backend" "$free" || failed=1
raw_free "$free"
unchanged 'at the end'
finish
