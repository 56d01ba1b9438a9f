# map-test can fail: with a library in front of it that breaks one rule of the kernel's, just the
# check that is there for this rule fails, and the exit status is 1.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
[ -n "$(groups)" ] || { echo 'no IOMMU translates here'; exit 77; }
unsafe_interrupts Y
[ ! -e /sys/module/vfio_iommu_type1/parameters/dma_entry_limit ] ||
	echo 600 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit
remember_mapping
export LD_PRELOAD=/rig/preload/breaker.so BREAKER_RULE

# results BACKEND: a line "CHECK RESULT" for each check on the first device; the other one may join it.
results() {
	got=0
	iommutool map-test --backend="$1" -r --noheadings -o DEVICE,NAME,RESULT,REASON \
		${only:+--only="$only"} $edu $ivshmem > "$work/rows" 2> "$err" || got=$?
	sed -n "s/^$edu //p" "$work/rows" > "$out"
	[ -s "$out" ] || fail "$1, $BREAKER_RULE: no rows, exit status $got; $(head -n 3 "$err")"
}

# breaks RULE CHECK BACKEND: the check is red, the others are as they were, or skipped for want of one
# that failed.
breaks() {
	BREAKER_RULE=$1
	results "$3"
	[ $got = 1 ] || fail "$3, $1: exit status $got instead of 1; $(head -n 3 "$err")"
	awk -v red="$2" -v where="$3, $1" '
		NR == FNR { before[$1] = $2; next }
		$1 == red { seen = 1; if ($2 != "fail") print where ": " $1 " is " $2 ", not fail"; next }
		$2 == before[$1] { next }
		$2 == "skip" && /failed/ { next }
		{ print where ": " $0 ", not " before[$1] }
		END { if (!seen) print where ": no row of " red }' "$work/good" "$out" > "$work/wrong"
	[ ! -s "$work/wrong" ] || fail "$(cat "$work/wrong")"
}

for backend in $(backends); do
	only=''
	BREAKER_RULE=none
	results "$backend"
	[ $got = 0 ] || fail "$backend, no rule is broken: exit status $got; $(grep ' fail ' "$out" "$err")"
	mv "$out" "$work/good"
	# With all checks: what is fundamental, and what spoils much.
	breaks accept-reserved reserved "$backend"
	breaks forget-unmap unmap "$backend"
	breaks forget-odd evolve "$backend"
	# The others without those that take long.
	only=$(awk '$1 != "evolve" && $1 != "memlock" && $1 != "page-1g" { print $1 }' "$work/good" | paste -sd ,)
	case $kind in intel-vtd) breaks accept-beyond beyond-aperture "$backend" ;; esac
	breaks accept-overlap overlap "$backend"
	breaks other-errno overlap "$backend"
	breaks accept-unaligned unaligned "$backend"
	breaks accept-zero zero-size "$backend"
	# Where a range of type 1 ends at 2^64-1, a request that wraps is made when the device is attached.
	case $backend-$kind in
	type1-intel-vtd | iommufd-*) breaks accept-wrap wrap "$backend" ;;
	esac
	breaks accept-read-only read-only "$backend"
	breaks accept-no-memory no-memory "$backend"
	breaks refuse-first first-page "$backend"
	breaks refuse-last last-page "$backend"
	breaks forget-all unmap-all "$backend"
	breaks forget-many unmap-superset "$backend"
	breaks wrong-size page-4k "$backend"
	breaks split unmap-piece "$backend"
	breaks hole-size unmap-hole "$backend"
	breaks join-loses same-container "$backend"
	[ "$backend" != type1 ] || breaks no-entry-limit entry-limit "$backend"
	only=memlock
	breaks no-memlock-limit memlock "$backend"
done
unset LD_PRELOAD
unchanged_mapping 'after all that'
finish
