# map-test ended by a signal at any of its requests: nothing stays mapped, pinned or open, and the
# command register is as before. SIGKILL leaves that to the kernel.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
[ -n "$(groups)" ] || { echo 'no IOMMU translates here'; exit 77; }
unsafe_interrupts Y
remember_mapping

# stopped BACKEND SIGNAL NTH: ended at that request; 0 is never.
stopped() {
	got=0
	LD_PRELOAD=/rig/preload/breaker.so BREAKER_SIGNAL=$3:$2 BREAKER_COUNT=$work/count \
		iommutool map-test --backend="$1" -r --noheadings -o NAME,RESULT,REASON \
		--only=first-page,overlap,own-bar,unmap-all,replay,same-container $edu $ivshmem > "$out" 2> "$err" || got=$?
}

for backend in $(backends); do
	stopped "$backend" 15 0
	[ $got = 0 ] || fail "$backend: exit status $got; $(cat "$out" "$err")"
	count=$(cat "$work/count")
	[ "$count" -gt 100 ] || fail "$backend: only $count requests"
	for signal in 2 15 9; do
		nth=$signal
		while [ $nth -le "$count" ]; do
			stopped "$backend" $signal $nth
			[ $got = $((128 + signal)) ] || fail "$backend, signal $signal at $nth: exit status $got; $(cat "$err")"
			! grep -E '^[^ ]+ fail' "$out" || fail "$backend, signal $signal at $nth: see above"
			unchanged_mapping "$backend, signal $signal at request $nth of $count"
			nth=$((nth + 1 + count / 9))
		done
	done
done
# And it works afterwards.
run 0 map-test --only=overlap $edu $ivshmem
finish
