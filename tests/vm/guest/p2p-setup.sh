# What p2p-test says when a device or a part of a BAR cannot be had, in one line with the next step,
# and what it makes of bad input; nothing is left behind.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
. /rig/lib/peers
remember_peers
command=p2p-test # of refused()

refused 'nothing named' 64 'all'
refused 'a device alone' 64 "$edu: .*its own target" $edu
refused 'a device as its own target' 64 "$edu: .*its own target" --initiator=$edu --target=$edu
refused 'nobody to hit it' 64 'initiator' --target=$ivshmem:2
refused 'nothing to hit' 64 'target' --initiator=$edu
refused 'an unknown backend' 64 'type2' --backend=type2 $edu $ivshmem
refused 'two formats' 64 'tap' --tap -J $edu $ivshmem
refused 'a vendor and device ID' 64 '1234:11e8' --initiator=1234:11e8 --target=$ivshmem:2
refused 'a group as a target' 64 '"2" is a group' --initiator=$edu --target=2
for place in : :-1 :x :2: :2:1M :2:0x10:8 :2:0x10000000000000000; do
	refused "no place in a BAR ($place)" 64 "$ivshmem$place\" is no DEVICE" --initiator=$edu --target=$ivshmem$place
done
refused 'a BAR that no device has' 64 '0 to 5' --initiator=$edu --target=$ivshmem:6
refused 'an offset that is no multiple of 8' 64 'multiple of 8' --initiator=$edu --target=$ivshmem:2:0x1004
refused 'an offset at the end' 2 "$ivshmem: BAR 2 has 0x100000 bytes" --initiator=$edu --target=$ivshmem:2:0x100000
refused 'an offset far outside' 2 "$ivshmem: BAR 2 has 0x100000 bytes" --initiator=$edu --target=$ivshmem:2:0xfffffffffffffff8
refused 'a BAR that it has not' 2 "$ivshmem: .*no BAR 4" --initiator=$edu --target=$ivshmem:4
refused 'the upper half of a BAR' 2 "$ivshmem: .*no BAR 3" --initiator=$edu --target=$ivshmem:3
refused 'I/O ports' 2 "$plain: BAR 1 .*I/O" --initiator=$edu --target=$plain:1
refused 'a target that is not there' 2 '0000:77:00.0' --initiator=$edu --target=0000:77:00.0:2
refused 'an initiator that is not there' 2 '0000:77:00.0' --initiator=0000:77:00.0 --target=$ivshmem:2
refused 'a bridge' 2 '0000:02:00.0: .*bridge' --initiator=$edu --target=0000:02:00.0

# A device that no driver of VFIO has.
echo $plain > $devices/$plain/driver/unbind
refused 'a target without a driver' 2 "$plain: .*iommutool bind $plain" --initiator=$edu --target=$plain:0
refused 'an initiator without a driver' 2 "$plain: .*iommutool bind $plain" --initiator=$plain --target=$ivshmem:2
echo $plain > /sys/bus/pci/drivers_probe
# Those that can be tested are.
run 2 p2p-test -r --noheadings -o INITIATOR,TARGET,NAME,RESULT --initiator=$nvme --target=$other --target=0000:77:00.0
[ "$(grep -c "^$nvme $other [a-z-]* \(pass\|info\)$" "$out")" = 9 ] || fail "one of two targets: $(cat "$out")"

# What somebody has, whichever side it is on, and who has it.
for backend in $(backends); do
	for held in $other $nvme; do
		sleep 100 3<> "/dev/vfio/$(target $devices/$held/iommu_group)" &
		holder=$!
		until [ "$(cat "/proc/$holder/comm")" = sleep ]; do sleep 0.1; done
		refused "a device that somebody has, $backend, $held" 2 "$holder.*sleep" \
			--backend=$backend --initiator=$nvme --target=$other -r
		grep -q '^[^ ]* [^ ]* [^ ]* [^ ]* attach fail ' "$out" || fail "$held: no attach that failed: $(cat "$out")"
		! grep -E ' (pass|info) ' "$out" || fail "$held: see above"
		kill $holder
		wait $holder 2> /dev/null
	done
done

# A backend that this kernel has not, of whatever side.
if ! backends | grep -q iommufd; then
	refused 'a backend that is not here' 77 'iommufd' --backend=iommufd $edu $ivshmem
	refused 'a backend that is not here, by sides' 77 'iommufd' --backend=iommufd --initiator=$edu --target=$ivshmem:2
fi

# A dry run opens nothing: somebody else may have it.
sleep 100 3<> "/dev/vfio/$(target $devices/$edu/iommu_group)" &
holder=$!
run 0 p2p-test --dry-run -r --noheadings -o TARGET,BAR,NAME,RESULT --initiator=$edu --target=$ivshmem:2
[ "$(grep -c "^$ivshmem 2 [a-z-]* planned$" "$out")" = 9 ] || fail "a dry run: $(cat "$out")"
kill $holder
wait $holder 2> /dev/null

# As somebody who may open nothing.
su -s /bin/sh nobody -c "iommutool p2p-test -r --initiator=$nvme --target=$other" > "$out" 2> "$err"
got=$?
[ $got = 2 ] && grep -q 'not permitted.*root' "$err" || fail "as nobody: exit status $got; $(cat "$out" "$err")"
unchanged_peers 'at the end'
finish
