# p2p-test can fail: with a library in front of it that lets DMA go elsewhere than it should, just
# the checks that are there for this fail, the exit status is 1, and all is put back.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
. /rig/lib/peers
remember_peers

# results RULE ARGUMENT...: a line "CHECK RESULT OBSERVED" each, of an NVMe and the BAR of an ivshmem.
results() {
	rule=$1 got=0
	shift
	LD_PRELOAD=/rig/preload/p2p_breaker.so P2P_BREAKER_RULE=$rule iommutool p2p-test \
		--backend=$backend --initiator=$nvme --target=$ivshmem:2 "$@" \
		-r --noheadings -o NAME,RESULT,OBSERVED,REASON > "$out" 2> "$err" || got=$?
	[ ! -s "$err" ] || fail "$backend, $rule: on stderr: $(cat "$err")"
}

# breaks RULE "CHECK=RESULT..." [WORDS]: these are so, the others are as they were, or skipped for what
# another says; WORDS (extended regular expression) are in the first reason.
breaks() {
	results "$1"
	[ $got = 1 ] || fail "$backend, $1: exit status $got instead of 1"
	awk -v wanted="$2" -v where="$backend, $1" '
		BEGIN { n = split(wanted, each, " "); for (i = 1; i <= n; i++) { split(each[i], of, "="); is[of[1]] = of[2] } }
		NR == FNR { before[$1] = $2; next }
		$1 in is { if ($2 != is[$1]) print where ": " $0 ", not " is[$1]; delete is[$1]; next }
		$2 == before[$1] { next }
		$2 == "skip" && /failed|could\\x20not/ { next }
		{ print where ": " $0 ", not " before[$1] }
		END { for (check in is) print where ": no row of " check }' "$work/good" "$out" > "$work/wrong"
	[ ! -s "$work/wrong" ] || fail "$(cat "$work/wrong")"
	grep ' fail ' "$out" | head -n 1 | sed 's/\\x20/ /g' | grep -qE "${3-.}" ||
		fail "$backend, $1: no '$3' in: $(grep ' fail ' "$out" | head -n 1)"
	# What it did to the next page is no part of what it puts back.
	[ "$1" != other-page ] || remember_peers
	unchanged_peers "$backend, $1"
}

for backend in $(backends); do
	results none
	[ $got = 0 ] || fail "$backend, no rule is broken: exit status $got; $(cat "$out")"
	unchanged_peers "$backend, no rule is broken"
	mv "$out" "$work/good"
	breaks keep-memory 'isolation=fail cross-container=info' 'a write to 0x.*not mapped, changed [0-9]* bytes of a page of ours'
	breaks keep-bar 'unmap=fail' 'a write to 0x.*not mapped, changed [0-9]* bytes of the target'
	# Memory of ours has no end of its own.
	case $backend in type1) lifetime='' ;; iommufd) lifetime=lifetime=info ;; esac
	breaks other-memory "write=fail read=fail cross-container=fail $lifetime" 'nothing of 4096 bytes arrived'
	breaks other-page 'write=fail read=fail cross-container=fail' 'nothing of 4096 bytes arrived'
	breaks no-write 'write=fail cross-container=fail' 'nothing of 4096 bytes arrived'
	# Before Linux 7 VT-d lets devices read whatever they may write.
	case $(uname -r) in
	6.*) ;;
	*) breaks no-read 'read=fail' ' of 6 bytes differ' ;;
	esac
	breaks spoil 'write=fail cross-container=fail' '[1-3][0-9]* of 4096 bytes differ, first at offset 0x80'
	breaks share 'cross-container=fail' 'a write to 0x.*not mapped, changed [0-9]* bytes of a page of ours'
	case $backend in
	type1) results revoke --require-revoked; wanted='0 pass revoked' ;;
	iommufd) results never-revoke --require-revoked; wanted='1 fail stale' ;;
	esac
	[ "$got $(sed -n 's/^lifetime \([a-z]* [a-z]*\) .*/\1/p' "$out")" = "$wanted" ] ||
		fail "$backend, $rule: exit status $got, $(grep lifetime "$out"), not $wanted"
	unchanged_peers "$backend, $rule"
done
finish
