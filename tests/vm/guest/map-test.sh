# map-test: every check passes on a kernel that is right, with each backend, a device and several;
# rows, JSON and TAP say the same.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
[ -n "$(groups)" ] || without_groups
unsafe_interrupts Y
# All 65535 take their time; the limit has a test of its own.
[ ! -e /sys/module/vfio_iommu_type1/parameters/dma_entry_limit ] ||
	echo 600 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit
remember_mapping

# must_pass BACKEND: the checks that have all they take here, with two devices of two groups.
must_pass() {
	echo attach first-page last-page reserved unaligned zero-size wrap overlap unmap \
		unmap-superset unmap-hole unmap-piece unmap-all read-only no-memory memlock replay evolve \
		same-container two-containers
	[ "$1" != type1 ] || echo entry-limit own-bar
	case $kind in
	intel-vtd) echo beyond-aperture ;;
	esac
}

run 0 map-test --backend=all -r --noheadings -o DEVICE,BACKEND,NAME,RESULT,REASON $edu $ivshmem
grep -E '^[^ ]+ [^ ]+ [^ ]+ fail' "$out"
cp "$out" "$work/rows"
# Pages are looked at where the kernel shows its tables.
shown=info
[ ! -d /sys/kernel/debug/iommu/intel ] || shown=pass
grep -q "^$edu $(backends | tail -n 1) page-4k $shown " "$work/rows" || fail "$(grep page-4k "$work/rows")"
for device in $edu $ivshmem; do
	for backend in $(backends); do
		for name in $(must_pass $backend); do
			grep -q "^$device $backend $name pass " "$work/rows" ||
				fail "$(grep "^$device $backend $name " "$work/rows" || echo "$device $backend $name: no row")"
		done
	done
done
# What this kernel has not is skipped with a reason, not left out.
for backend in type1 iommufd; do
	backends | grep -qx $backend || grep -q "^$edu $backend [^ ]* skip [^-]" "$work/rows" || fail "no skip for $backend"
done
grep -E '^[^ ]+ [^ ]+ [^ ]+ (skip|info) -$' "$work/rows" && fail 'a row without a reason'
unchanged_mapping 'map-test'

# "auto" is iommufd where there is one.
run 0 map-test -r --noheadings -o BACKEND,NAME,RESULT --only=overlap $edu
best=$(backends | tail -n 1)
says 'map-test --only=overlap' "$best attach pass $best overlap pass"

run 0 map-test -J --only=overlap,zero-size,entry-limit --backend="$best" $edu
parse_json '(["keys", (keys_unsorted | join(","))] | words),
	(.tests[] | ["tests", .device, .backend, .name, .result] | words),
	(["summary", .summary.pass, .summary.fail, .summary.skip, .summary.info] | words)'
part keys
says 'map-test -J, keys' tests,summary,bench
part tests
sort "$out" > "$work/sorted" && mv "$work/sorted" "$out"
limit=skip summary='3 0 1 0'
[ "$best" != type1 ] || limit=pass summary='4 0 0 0'
{
	echo "$edu $best attach pass"
	echo "$edu $best entry-limit $limit"
	echo "$edu $best overlap pass"
	echo "$edu $best zero-size pass"
} | same 'map-test -J, tests'
part summary
says 'map-test -J, summary' "$summary"

run 0 map-test --tap --only=overlap --backend="$best" $edu
sed -n '1,2p' "$out" > "$work/head" && [ "$(cat "$work/head")" = "TAP version 14
1..2" ] || fail "TAP begins with: $(cat "$work/head")"
[ "$(grep -cE '^ok [12] - ' "$out")" = 2 ] || fail "TAP: $(cat "$out")"

# Two devices of one group: both work, one at a time.
run 0 map-test -r --noheadings -o DEVICE,NAME,RESULT --only=first-page $pair
says 'map-test of a group' "$(for device in $pair; do echo "$device attach pass $device first-page pass"; done | tr '\n' ' ' | sed 's/ $//')"
unchanged_mapping 'at the end'
finish
