# p2p-test --disruptive and --bench: what comes from a target that is disabled, reset or closed while
# it is mapped is told, nothing of it is a failure, and afterwards all is as before; bytes per second
# are measured in both directions.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
. /rig/lib/peers
remember_peers

for backend in $(backends); do
	run 0 p2p-test -J --disruptive --bench --backend=$backend --initiator=$nvme --target=$other
	[ "$(grep -c '^iommutool p2p-test: --disruptive: ' "$err")" = "$(wc -l < "$err")" ] && grep -q 'Unsupported Request' "$err" ||
		fail "$backend: warns of: $(cat "$err")"
	cat "$out" >> "$work/answers"
	unchanged_peers "$backend"
done
mv "$work/answers" "$out"
parse_json '
	(.pairs[] | .backend as $b | .checks[] | ["checks", $b, .name, .result, .observed, .reason] | words),
	(.pairs[] | .backend as $b | .bench[] | ["bench", $b, .direction, .bytes_per_second > 0, .limit != null] | words)'
part bench
for backend in $(backends); do
	echo "$backend write yes yes"
	echo "$backend read yes yes"
done | same 'p2p-test --bench'

# Where nobody decodes the address QEMU's NVMe goes on with zeroes or whatever it had there; what was in
# a CMB before its reset is there afterwards. Type 1 goes on to translate; iommufd does not, even when
# the target's memory is enabled again.
seen='(zeroes|all-ones \(UR\)|other bytes|nothing|error)'
part checks
for backend in $(backends); do
	case $backend in
	type1) disabled="$seen, then data" after=data ;;
	iommufd) after='revoked( \(fault\))?' disabled="($seen|fault), then $after" ;;
	esac
	for row in "disabled info $disabled" "reset info $after" "closed info $after"; do
		grep -qE "^$backend $row -$" "$out" || fail "$backend: $(grep "^$backend ${row%% *} " "$out"), not $row"
	done
	[ "$(grep -cE "^$backend (attach|engine|map|isolation|write|read|unmap|cross-container) pass " "$out")" = 8 ] ||
		fail "$backend: $(grep "^$backend" "$out")"
done
# Without a reset there is none to be tried.
run 0 p2p-test -r --noheadings -o NAME,RESULT --disruptive --backend=type1 --initiator=$nvme --target=$ivshmem:2
grep -qx "reset $([ -e $devices/$ivshmem/reset ] && echo info || echo skip)" "$out" || fail "reset: $(grep reset "$out")"
unchanged_peers 'at the end'
finish
