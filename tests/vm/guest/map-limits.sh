# map-test within limits: of entries in a container, of locked memory, and for somebody who is not root.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
[ -n "$(groups)" ] || without_groups
unsafe_interrupts Y
remember_mapping
limit=/sys/module/vfio_iommu_type1/parameters/dma_entry_limit
row() { sed -n "s/^$1 //p" "$out"; }

if [ -e $limit ]; then
	for entries in 3 64; do
		echo $entries > $limit
		got=0
		iommutool map-test --backend=type1 --only=entry-limit,first-page,unmap-superset -r --noheadings \
			-o NAME,RESULT,OBSERVED $edu > "$out" 2> "$err" || got=$?
		[ $got = 0 ] || fail "with $entries entries: exit status $got; $(cat "$out" "$err")"
		case $(row entry-limit) in
		pass*"$entries"*) ;;
		*) fail "with $entries entries: entry-limit says '$(row entry-limit)'" ;;
		esac
	done
	printf '0x100000 4K\n0x200000 4K\n0x300000 4K\n0x400000 4K\n' > "$work/plan"
	echo 3 > $limit
	run 1 map-test --backend=type1 --plan="$work/plan" -r --noheadings -o NAME,RESULT,REASON $edu
	grep -q "$work/plan:4.*dma_entry_limit" "$out" || fail "a plan beyond the entry limit: $(cat "$out")"
	echo 65535 > $limit
	run 0 map-test --backend=type1 --only=entry-limit -r --noheadings -o NAME,RESULT,OBSERVED $edu
	case $(row entry-limit) in
	pass*65535*) ;;
	*) fail "with 65535 entries: '$(row entry-limit)'" ;;
	esac
fi

# Somebody who may open the nodes, with 4 MiB of locked memory and no more.
group=$(target $devices/$edu/iommu_group)
chown nobody "/dev/vfio/$group"
chmod 666 /dev/vfio/vfio
if [ -e /dev/iommu ]; then
	chmod 666 /dev/iommu
	chown nobody "/dev/vfio/devices/$(ls $devices/$edu/vfio-dev)"
fi
nobody() { su -s /bin/sh nobody -c "ulimit -l 4096; iommutool $*" > "$out" 2> "$err"; }
printf '0 1M\n1M 2M\n4M 4M ro more\n' > "$work/plan"
chmod 755 "$work"
for backend in $(backends); do
	nobody map-test --backend=$backend -r --noheadings -o NAME,RESULT,REASON $edu || fail "as nobody, $backend: exit status $?; $(cat "$out" "$err")"
	grep -qx 'memlock pass -' "$out" || fail "as nobody, $backend: $(grep memlock "$out")"
	nobody map-test --backend=$backend --plan="$work/plan" -r --noheadings -o NAME,RESULT,REASON $edu &&
		fail "a plan beyond the limit of locked memory: $(cat "$out")"
	grep -qi "$work/plan:3.*lock" "$out" || fail "a plan beyond the limit of locked memory: $(cat "$out" "$err")"
	unchanged_mapping "as nobody, $backend"
done
chown root "/dev/vfio/$group"
nobody map-test --backend=type1 $edu
[ $? = 2 ] || fail "not permitted: exit status is not 2"
grep -q "/dev/vfio/$group" "$err" || fail "not permitted: $(cat "$err")"
finish
