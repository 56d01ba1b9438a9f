# status: the facts of the overview against sysfs, by name; of the wording only the first words.
. /rig/lib/check
. /rig/lib/raw

# fact NAME PATTERN: the value of a row matches, from its beginning.
fact() {
	value=$(sed -n "s/^$1 //p" "$work/json")
	echo "$value" | grep -qE "^$2" || fail "$1 is \"$value\", not /$2/"
}

run 0 status
run 0 status -J
parse_json '.status[] | "\(.name) \(.value // "-")", (["verdicts", .verdict] | words)'
grep -q 'verdicts [^oiwb]' "$work/json" && fail "a verdict that is none: $(grep '^verdicts' "$work/json" | sort | uniq -c)"

units=$(ls /sys/class/iommu)
if [ -n "$units" ]; then
	fact iommu "on: $kind, $(echo "$units" | wc -l) unit.*$units"
else
	fact iommu "off: $(why_empty)"
fi
if grep -qE '[ -]IR-' /proc/interrupts; then fact interrupt-remapping on; else fact interrupt-remapping off; fi
fact groups "$(groups | wc -l)\$"
fact viable-groups "$(for group in $(groups); do viable "$group"; done | grep -c yes)\$"
if [ -n "$(groups)" ]; then
	types=$(cat /sys/kernel/iommu_groups/*/type | sort -u)
	fact default-domain "$types \\($(groups | wc -l)\\)"
	case $types in
	DMA) fact invalidation strict ;;
	DMA-FQ) fact invalidation lazy ;;
	identity) fact default-domain '.*command line' ;;
	esac
fi
fact vfio-pci loaded
fact vfio-iommu-type1 loaded
fact vfio-node /dev/vfio/vfio
case $(cat /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts) in
Y) fact unsafe-interrupts allowed ;;
N) fact unsafe-interrupts 'not allowed' ;;
esac
fact entry-limit "$(cat /sys/module/vfio_iommu_type1/parameters/dma_entry_limit)\$"
fact memlock "$(($(ulimit -l) * 1024))"
fact kernel "$(uname -r | tr + .)\$" # a dot matches the plus
tables=$(tables | paste -sd ,)
fact acpi-tables "${tables:--}\$"

finish
