# domains: type, strictness and unit against sysfs; owner and holders against a process of our own
# that has a group open, as root and as somebody who may not look.
. /rig/lib/check
. /rig/lib/raw

if [ -z "$(groups)" ]; then
	empty_answer domains domains
	finish
fi

# strict TYPE: whether unmapped pages are gone from the device's view at once.
strict() {
	case $1 in
	DMA) echo yes ;;
	DMA-FQ) echo no ;;
	*) echo - ;;
	esac
}

# rows HELD: a row a group; the group HELD is open in this shell's process.
rows() {
	for group in $(groups); do
		type=$(word "/sys/kernel/iommu_groups/$group/type")
		owner=none
		[ "$(blockers "$group")" = - ] || owner=kernel
		[ "$group" != "$1" ] || owner=vfio
		unit=$(for member in $(members "$group"); do target "$devices/$member/iommu"; done | sort -u)
		echo "$group $type $(strict "$type") $owner $unit"
	done
}

# What an identity domain has for "strict" may be unknown as well as absent.
run 0 domains -rno GROUP,TYPE,STRICT,OWNER,UNIT
sed 's/ identity ? / identity - /' -i "$out"
rows none | same 'domains -r'

run 0 domains -J
parse_json '.domains[] | (["rows", .group, .type, .strict, .owner, .unit], ["holders", .group, .holders] | words)'
part rows
rows none | same 'domains -J'
part holders
groups | sed 's/$/ -/' | same 'domains -J, holders while nobody holds a group'

# A process that has a group open is its holder.
for group in $(vfio_groups); do
	[ "$(viable "$group")" = yes ] || continue
	sleep 100 3<> "/dev/vfio/$group" &
	holder=$!
	until [ "$(cat "/proc/$holder/comm")" = sleep ]; do sleep 0.1; done # then it has opened the group

	run 0 domains -rno GROUP,TYPE,STRICT,OWNER,UNIT
	sed 's/ identity ? / identity - /' -i "$out"
	rows "$group" | same "domains -r while group $group is open"

	run 0 domains -J "$group"
	parse_json '.domains[].holders[] | ["holders", .pid, .command, .node] | words'
	part holders
	says "holders of group $group" "$holder $(cat "/proc/$holder/comm") /dev/vfio/$group"

	run 0 groups -rno IN_USE "$group"
	says "group $group is open: in use" yes

	# Somebody else cannot know who has it, and must not say that nobody has.
	su -s /bin/sh nobody -c "iommutool domains -rno GROUP,OWNER,HOLDERS $group" > "$out" 2> "$err" ||
		fail "domains as nobody: exit status $?, $(cat "$err")"
	says "owner and holders of group $group as nobody" "$group ? ?"
	kill "$holder"
	wait "$holder" 2> /dev/null
	break
done

finish
