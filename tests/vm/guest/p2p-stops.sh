# p2p-test ended by a signal at any of its requests, or between two of them: nothing stays mapped,
# pinned or open, registers are as before, and the target holds what it held. SIGKILL leaves that to
# the kernel, and what was just moved to nobody.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
. /rig/lib/peers
remember_peers

# What is there after SIGKILL may be of the test.
settled() {
	[ "$signal" != 9 ] || sums > "$work/sums"
	unchanged_peers "$1"
}

# stopped NTH: ended at that request by $signal; 0 is never.
stopped() {
	got=0
	LD_PRELOAD=/rig/preload/breaker.so BREAKER_SIGNAL=$1:$signal BREAKER_COUNT=$work/count \
		iommutool p2p-test --backend=$backend --disruptive --initiator=$nvme --target=$ivshmem:2 \
		-r --noheadings -o NAME,RESULT,REASON > "$out" 2> "$err" || got=$?
}

for backend in $(backends); do
	signal=15
	stopped 0
	[ $got = 0 ] || fail "$backend: exit status $got; $(cat "$out" "$err")"
	count=$(cat "$work/count")
	[ "$count" -gt 60 ] || fail "$backend: only $count requests"
	nth=2
	while [ $nth -le "$count" ]; do
		stopped $nth
		[ $got = $((128 + signal)) ] || fail "$backend, signal $signal at $nth: exit status $got; $(cat "$err")"
		! grep -E '^[^ ]+ fail' "$out" || fail "$backend, signal $signal at $nth: see above"
		settled "$backend, signal $signal at request $nth of $count"
		nth=$((nth + 1 + count / 9))
		case $signal in 15) signal=9 ;; 9) signal=2 ;; 2) signal=15 ;; esac
	done
	# While edu waits for its own timer.
	for signal in 1 15 9; do
		iommutool p2p-test --backend=$backend --initiator=$edu --target=$ivshmem:2 > "$out" 2> "$err" &
		sleep 0.$((signal % 3 + 6))
		kill -$signal $!
		got=0
		wait $! || got=$?
		[ $got = $((128 + signal)) ] || fail "$backend, signal $signal to edu: exit status $got; $(cat "$err")"
		settled "$backend, signal $signal to edu"
	done
done
# And it works afterwards.
run 0 p2p-test --initiator=$nvme --target=$ivshmem:2
unchanged_peers 'at the end'
finish
