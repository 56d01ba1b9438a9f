# A device that the kernel is told to remove while p2p-test has it: nothing hangs, what could not be
# tested any more fails and says so, and nothing is left behind once the device is there again.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
. /rig/lib/peers
remember_peers

# begin NTH: stopped before that request.
begin() {
	LD_PRELOAD=/rig/preload/breaker.so BREAKER_SIGNAL=$1:19 BREAKER_COUNT=$work/count \
		iommutool p2p-test --backend=$backend --initiator=$nvme --target=$other \
		-r --noheadings -o NAME,RESULT,REASON > "$out" 2> "$err" &
	tool=$!
}

# ends PROCESS WHAT: within 20 s; its status to $got.
ends() {
	tries=200
	while kill -0 "$1" 2> /dev/null && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	[ $tries -gt 0 ] || { fail "$2 does not end"; kill -9 "$1"; }
	got=0
	wait "$1" || got=$?
}

# removed NTH DEVICE STATUS...: it is to be removed while p2p-test is stopped at that request.
removed() {
	nth=$1 gone=$2
	shift 2
	begin "$nth"
	tries=100
	until grep -q '^State:.T' "/proc/$tool/status" || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	[ $tries -gt 0 ] || fail "$backend: no stop at request $nth"
	echo 1 > $devices/$gone/remove &
	remover=$!
	sleep 0.3 # until it waits for us
	kill -CONT $tool
	ends $tool "$backend, $gone removed at request $nth of $count"
	case " $* " in
	*" $got "*) ;;
	*) fail "$backend, $gone removed at request $nth of $count: exit status $got, not one of $*; $(cat "$out" "$err")" ;;
	esac
	[ $got = 0 ] || grep -q ' fail .*'$gone "$out" || fail "$backend, $gone removed at request $nth of $count: $(cat "$out")"
	ends $remover "its removal"
	[ ! -e $devices/$gone ] || fail "$gone is still there"
	echo 1 > /sys/bus/pci/rescan
	echo vfio-pci > $devices/$gone/driver_override
	echo $gone > /sys/bus/pci/drivers_probe
	unchanged_peers "$backend, $gone removed at request $nth of $count"
}

for backend in $(backends); do
	begin 0
	ends $tool "$backend"
	[ $got = 0 ] || fail "$backend: exit status $got; $(cat "$out" "$err")"
	count=$(cat "$work/count")
	# Not yet open; open, and to be opened again in a space of its own; and the one that stays open.
	removed 2 $other 2
	removed $((count / 2)) $other 1
	removed $((count / 2)) $nvme 0
done
run 0 p2p-test --initiator=$nvme --target=$other
unchanged_peers 'at the end'
finish
