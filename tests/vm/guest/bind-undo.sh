# What is undone: a set where one member fails, a device that goes away in the middle, kill -9 at
# each step of bind and of restore, two at the same time.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember

# e1000e takes the NIC and not edu: the NIC, which was done before, goes back.
raw_bind "$nic" pci-stub
snapshot > "$work/stub"
run 2 bind --to=e1000e --force=driver "$nic" "$left" -r --noheadings -o DEVICE,RESULT
says 'a set whose last member fails' "$nic rolled-back $left failed"
complains bind
snapshot | diff "$work/stub" - || fail 'a set whose last member fails: not all is as before'
run 2 bind --to=e1000e --force=driver "$free" "$nic" -r --noheadings -o DEVICE,RESULT
grep -qx "$free failed" "$out" || fail "a set whose first member fails: $(cat "$out")"
! grep -q bound "$out" || fail "a set whose first member fails: $(cat "$out")"
snapshot | diff "$work/stub" - || fail 'a set whose first member fails: not all is as before'
raw_free "$nic"
unchanged 'a set where a member fails'

# Unplugged in the middle: the last one of the set, before its turn.
stop_at 1 bind "$free" "$disk" "$right"
echo 1 > "$devices/$right/remove"
kill -CONT "$stopped"
got=0
wait "$stopped" || got=$?
[ "$got" = 2 ] || fail "a device unplugged during bind: exit status $got, $(cat "$err")"
sed -n "s/^\([^ ]*\) .* \([a-z-]*\) -\$/\1 \2/p" "$out" > "$work/results" && mv "$work/results" "$out"
says 'a device unplugged during bind' "$free rolled-back $disk rolled-back $right failed"
grep -q "$right" "$err" || fail "a device unplugged during bind: the message does not name it: $(cat "$err")"
run 0 restore --all
echo 1 > /sys/bus/pci/rescan
unchanged 'a device unplugged during bind'

# Unplugged while bound: its record is of no use, and in nobody's way.
run 0 bind "$right"
echo 1 > "$devices/$right/remove"
run 0 restore --all
echo 1 > /sys/bus/pci/rescan
unchanged 'a device unplugged while bound'

# every_point SET_UP ARGUMENT...: kill it at its first point, its second, ... until it comes to its
# end; each time restore makes all as before, and then has nothing to do.
every_point() {
	set_up=$1
	shift
	point=1 failed_before=$failed failed=0
	while [ $point -lt 100 ]; do
		$set_up
		if killed_at $point "$@"; then ended=no; else ended=yes; fi
		run 0 restore --all -r --noheadings
		unchanged "iommutool $* killed at point $point, then restore"
		run 0 restore --all -r --noheadings
		[ ! -s "$out" ] || fail "restore for the second time prints: $(cat "$out")"
		[ $ended = no ] || break
		[ "$failed" = 0 ] || break
		point=$((point + 1))
	done
	[ "$failed" != 0 ] || failed=$failed_before
	[ $point -gt "$points" ] || fail "iommutool $*: only $point points"
}

points=4 # fewer would mean that the hook does not work
every_point : bind "$free" "$disk"
unchanged 'bind killed at each point'
both_bound() { run 0 bind "$free" "$disk"; }
every_point both_bound restore --all
from_stub() { run 0 bind --to=pci-stub "$disk"; }
every_point from_stub bind "$disk"

# Killed, then bound again instead of restored: what was first is what comes back.
killed_at 3 bind "$disk" || fail 'bind came to its end before point 3'
run 0 bind "$disk"
bound "$disk" vfio-pci vfio-pci
run 0 restore "$disk"
unchanged 'killed, bound again, restored'

# Two at the same time: the second waits, and gives up in time with nothing done.
stop_at 2 bind "$disk"
since=$(uptime)
refuses 2 bind --timeout=1 "$free"
hints "$stopped"
refuses 2 restore --timeout=1 --all
within 6 "$since" 'two that waited a second each'
bound "$free" - '(null)'
run 0 groups -rno GROUP # readers do not wait
iommutool bind "$free" > "$work/waits" 2>&1 &
waiting=$!
sleep 1
go_on 0 "$disk nvme vfio-pci bound -"
wait "$waiting" || fail "the second of two: $(cat "$work/waits")"
bound "$free" vfio-pci vfio-pci
run 0 restore --all
unchanged 'at the end'
finish
