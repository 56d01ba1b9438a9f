# A driver that hangs: somebody opens the device just after the guards looked, and never lets go.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember

# readers_answer WHEN: no reading command waits for the device.
readers_answer() {
	since=$(uptime)
	for command in status groups domains resv-regions; do
		timeout 10 iommutool $command > /dev/null 2>&1
		case $? in
		143 | 137) fail "$command hangs $1" ;;
		esac
	done
	timeout 10 iommutool capture "$work/capture" > /dev/null 2>&1
	case $? in
	143 | 137) fail "capture hangs $1" ;;
	esac
	rm -rf "$work/capture"
	within 20 "$since" "the reading commands $1"
}

# stick ARGUMENT...: what it says when the device is taken in the middle, into $out and $err.
stick() {
	stop_at 1 "$@"
	hold "$free" $how
	since=$(uptime)
	kill -CONT "$stopped"
	got=0
	wait "$stopped" || got=$?
	within 5 "$since" "iommutool $*, which hangs"
	[ "$got" = 2 ] || fail "iommutool $*, which hangs: exit status $got, $(cat "$err")"
	hints "$holder"
}

# bind, while the device's own descriptor is all that is held: to another driver.
how=device-only
run 0 bind "$free"
stick bind --timeout=2 --to=pci-stub "$free"
says 'bind that hangs' "$free vfio-pci pci-stub stuck -"
readers_answer 'while bind is stuck'
# Called for its output: nothing of ours keeps the pipe open.
since=$(uptime)
said=$(iommutool restore --timeout=2 "$free" -r --noheadings -o RESULT 2>&1)
within 6 "$since" 'restore of a stuck device, called for its output'
echo "$said" | grep -qE 'stuck|vfio-user|refused' || fail "restore of a stuck device: $said"
refuses 2 bind --timeout=2 --to=pci-stub "$free"
run 0 bind --timeout=5 "$disk" # other devices are not concerned
run 0 restore --timeout=5 "$disk"
let_go
wait_for has_driver "$free" -
run 0 restore "$free"
unchanged 'bind that hung'

# restore, while the whole group is held.
how=''
run 0 bind "$free"
stick restore --timeout=2 "$free"
says 'restore that hangs' "$free vfio-pci - stuck -"
readers_answer 'while restore is stuck'
run 2 restore --timeout=2 --all
let_go
wait_for has_driver "$free" -
run 0 restore "$free"
unchanged 'restore that hung'

# A set: the others go back, the stuck one stays as it is until its holder is gone.
run 0 bind "$free"
stop_at 1 bind --timeout=2 --to=pci-stub "$free" "$disk"
hold "$free" device-only
kill -CONT "$stopped"
got=0
wait "$stopped" || got=$?
[ "$got" = 2 ] || fail "a set with a member that hangs: exit status $got, $(cat "$err")"
grep -q "^$free .* stuck " "$out" || fail "a set with a member that hangs: $(cat "$out")"
[ "$(target "$devices/$disk/driver")" = nvme ] || fail 'a set with a member that hangs: the other one did not go back'
let_go
wait_for has_driver "$free" -
run 0 restore --all
unchanged 'at the end'
finish
