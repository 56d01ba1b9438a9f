# p2p-test: bytes go both ways and arrive whole, and what is not mapped is not reached: each kind of
# device to each, on every way between them, with each backend. What it says of a pair is what the
# machine is made of, and in the end the targets hold what they held.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
. /rig/lib/peers
remember_peers

# pair INITIATOR TARGET BAR ENGINE PATH KIND: what is to be said of it.
pair() {
	case $backend in
	type1) lifetime=info seen=stale ;;
	iommufd) lifetime=pass seen=revoked ;;
	esac
	engine=pass isolation=pass write=pass read=pass unmap=pass cross=pass result=pass
	case $6 in
	whole) ;;
	one-group) cross=skip ;;
	read-only) write=skip result=skip ;;
	map-only) write=skip read=skip unmap=skip cross=info result=skip ;;
	no-engine)
		engine=skip isolation=skip write=skip read=skip unmap=skip cross=info result=skip
		;;
	planned)
		echo "$backend $1 $2 - $4 $5 planned attach engine map isolation write read unmap cross-container lifetime -"
		return
		;;
	esac
	echo "$backend $1 $2 $3 $4 $5 $result attach=pass engine=$engine map=pass isolation=$isolation" \
		"write=$write read=$read unmap=$unmap cross-container=$cross lifetime=$lifetime $seen"
} >> "$work/pairs"

# tested STATUS ARGUMENT...: its JSON goes to $work/answers.
tested() {
	status=$1
	shift
	run "$status" p2p-test -J --backend=$backend "$@"
	cat "$out" >> "$work/answers"
	[ ! -s "$err" ] || fail "p2p-test $*: on stderr: $(cat "$err")"
	unchanged_peers "p2p-test --backend=$backend $*"
}

# What goes to a port below the switch leaves it again by another, unless the ports send it up.
beside=same-switch
for port in 0000:02:00.0 0000:02:01.0; do
	! at=$(acs_control $port) || [ "$(read_word $port "$at")" = 0000 ] || beside=same-switch-redirected
done

for backend in $(backends); do
	# To memory that was named, and to a buffer that the target lends.
	tested 0 --initiator=$nvme --target=$ivshmem:2 --target=$other
	pair $nvme $ivshmem 2 nvme root-complex whole
	pair $nvme $other 2 nvme root-complex whole
	# The rest with the best one.
	[ $backend = "$(backends | tail -n 1)" ] || continue
	tested 0 --initiator=$edu --target=$ivshmem:2 --target=$other
	pair $edu $ivshmem 2 edu root-complex whole
	pair $edu $other 2 edu root-complex whole
	tested 0 --initiator=$left --target=$right:2
	pair $left $right 2 edu same-slot one-group
	# QEMU's AMD-Vi takes what comes from below a port for the requests of 00:00.0.
	case $kind in
	amd-vi)
		tested 0 --dry-run $first $second
		below=planned
		;;
	*)
		tested 0 $first $second
		below=whole
		;;
	esac
	pair $first $second 2 nvme $beside $below
	pair $second $first 2 nvme $beside $below
	# Of three devices each to each; nobody consented to a write, and two cannot be driven.
	tested 77 $edu $ivshmem $plain
	pair $edu $ivshmem 2 edu root-complex read-only
	pair $edu $plain 0 edu root-complex map-only
	pair $ivshmem $edu 0 - root-complex no-engine
	pair $ivshmem $plain 0 - root-complex no-engine
	pair $plain $edu 0 - root-complex no-engine
	pair $plain $ivshmem 2 - root-complex no-engine
done

mv "$work/answers" "$out"
parse_json '
	(.pairs[] | ["pairs", .backend, .initiator, .target, .bar, .engine, .path, .result,
		(.checks[] | if .result == "planned" then .name else .name + "=" + .result end),
		(.checks[] | select(.name == "lifetime") | .observed)] | words),
	(.pairs[] | .engine as $e | .checks[] | ["bytes", $e, .name, .result, .bytes_verified] | words),
	(.pairs[] | select(.result == "skip" and .reason == null) | ["mute", .initiator, .target] | words),
	(.pairs[] | .checks[] | select((.result | IN("pass", "planned") | not) and .reason == null) | ["mute", .name] | words),
	(["counts", (.pairs | length), .summary.pairs.pass, .summary.pairs.skip, .summary.pairs.fail] | words),
	(.faults[] | ["faults", .device, .address, .write] | words)'
part pairs
sort "$out" > "$work/sorted" && mv "$work/sorted" "$out"
sort "$work/pairs" | same 'p2p-test -J, pairs'
part mute
same 'p2p-test -J, without a reason' < /dev/null

# Every byte that was sent is compared: Identify is a page, and of edu's buffer half is used. Of what
# an NVMe reads it tells 6 bytes, or all.
part bytes
grep -vE '^(nvme write pass 4096|edu write pass 2048|nvme read pass (6|64)|edu read pass 2048|nvme cross-container pass 4096|edu cross-container pass 2048|. .* -|[a-z]+ [a-z-]+ (skip|info|planned) -|[a-z]+ (attach|engine|map|lifetime) pass -|[a-z]+ (isolation|unmap) pass 0)$' "$out" > "$work/odd"
mv "$work/odd" "$out"
same 'p2p-test -J, bytes' < /dev/null

# The log of QEMU's AMD-Vi never has a fault; that of VT-d has few, and those are told as they are.
part faults
case $kind in
amd-vi) same 'p2p-test -J, faults' < /dev/null ;;
*)
	[ -s "$out" ] || fail 'p2p-test -J: no fault was seen'
	dmesg > "$work/log"
	while read -r device address write; do
		case $write in yes) does=Write ;; *) does=Read ;; esac
		grep -qE "\[DMA $does NO_PASID\] Request device \[(0000:)?${device#0000:}\] fault addr $(printf '0x%x' "$address") " "$work/log" ||
			fail "p2p-test -J: a fault that the log has not: $device $address $write"
	done < "$out"
	;;
esac

# Type 1 revokes nothing, and iommufd does; in the other formats.
one="--initiator=$nvme --target=$other"
run 1 p2p-test --tap --require-revoked --backend=type1 $one
[ "$(grep -cE '^ok [1-8] - ' "$out")-$(grep -c "^not ok 9 - type1 $nvme to $other lifetime" "$out")" = 8-1 ] ||
	fail "TAP: $(cat "$out")"
backend=$(backends | tail -n 1) require=''
[ $backend = type1 ] || require=--require-revoked
run 0 p2p-test $require --backend=$backend $one
head -n 3 "$out" > "$work/matrix" && mv "$work/matrix" "$out"
says 'p2p-test, the matrix' "$backend $other $nvme + + data went both ways, isolation held"
unchanged_peers 'at the end'
finish
