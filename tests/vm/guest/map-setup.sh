# What map-test says when a device cannot be had, in one line with the next step, and what it makes
# of bad input; nothing is left behind.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/mapping
[ -n "$(groups)" ] || without_groups
remember_mapping
[ ! -e /sys/module/vfio_iommu_type1/parameters/dma_entry_limit ] || echo 65535 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit

command=map-test # of refused()

# Chips whose names begin with IR- deliver remapped interrupts.
if ! grep -qE '[ -]IR-' /proc/interrupts; then
	unsafe_interrupts N
	for backend in $(backends); do
		refused "no interrupt remapping, $backend" 2 'interrupt.*allow_unsafe_interrupts' --backend=$backend $edu
	done
	unsafe_interrupts Y
fi

for backend in $(backends); do
	refused "a group that is not viable, $backend" 2 '0000:00:09.1.*e1000' --backend=$backend $mixed
done
refused 'a device with another driver' 2 "$nvme.*nvme.*iommutool bind" $nvme
refused 'a device that is not there' 2 '0000:77:00.0' 0000:77:00.0
refused 'a group that is not there' 2 '4711' 4711
refused 'a vendor and device ID' 64 '1234:11e8' 1234:11e8
refused 'nothing named' 64 'all'
refused 'an unknown check' 64 'first-pgae.*first-page' --only=first-pgae $edu
refused 'an unknown backend' 64 'type2' --backend=type2 $edu
refused 'two formats' 64 'tap' --tap -J $edu
backends | grep -q iommufd || refused 'a backend that is not here' 77 'iommufd' --backend=iommufd $edu

# A holder is named.
group=$(target $devices/$edu/iommu_group)
sleep 100 3<> "/dev/vfio/$group" &
holder=$!
until [ "$(cat "/proc/$holder/comm")" = sleep ]; do sleep 0.1; done
for backend in $(backends); do
	refused "a group that somebody has, $backend" 2 "$holder.*sleep" --backend=$backend $edu
done
kill $holder
wait $holder 2> /dev/null

# Plans.
plan=$work/plan
printf '0 640K ram\n# a comment\n0x100000 zwölf\n' > "$plan"
refused 'a plan with a bad line' 2 "$plan:3" --plan="$plan" $edu
refused 'a plan that is not there' 2 "$work/none" --plan="$work/none" $edu
: > "$plan"
refused 'an empty plan' 2 "$plan" --plan="$plan" $edu
for backend in $(backends); do
	# fits STATUS WORDS: a plan from stdin.
	fits() {
		cat > "$plan"
		run "$1" map-test --backend=$backend --plan="$plan" -r --noheadings -o RESULT,REASON $edu
		sed 's/\\x20/ /g' -i "$out"
		grep -qE "$2" "$out" || fail "plan, $backend: '$(cat "$out")' has no '$2'"
	}
	printf '0 640K low\n1M-0xbfffffff rw ram\n0x100000000+16G rw high\n' | fits 0 '^pass'
	printf '0 1M\n0xfee00000 4K rw apic\n' | fits 1 "fail .*$plan:2.*msi"
	printf '1M 2M\n2M 1M\n' | fits 1 "fail .*$plan:2.*$plan:1"
	printf '1M 4K\n0x1800 4K\n' | fits 1 "fail .*$plan:2.*4096|fail .*$plan:2.*align"
	if [ $kind = intel-vtd ]; then
		printf "0 1M\n$(printf 0x%x $((1 << aw_bits))) 4K\n" | fits 1 "fail .*$plan:2"
	fi
	seq 100000 | awk '{ printf "%.0f 4K\n", 4294967296 + $1 * 8192 }' > "$plan.many"
	before=$(date +%s)
	if [ $backend = type1 ]; then
		fits 1 "fail .*$plan:65536.*dma_entry_limit" < "$plan.many"
	else
		fits 0 '^pass' < "$plan.many"
	fi
	[ $(($(date +%s) - before)) -lt 30 ] || fail "a plan of 100000 lines takes $(($(date +%s) - before)) s, $backend"
done
refused 'a plan beyond 64 bits' 2 '-:1:' --plan=- $edu <<-END
	0xfffffffffffff000 8K
END
unchanged_mapping 'at the end'
finish
