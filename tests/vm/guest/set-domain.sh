# set-domain: what it plans, refuses and does, against the types in sysfs before and after, and
# against what the kernel itself says to the same write. Everything is put back.
. /rig/lib/check
. /rig/lib/raw

columns=GROUP,FROM,TO,RESULT

# Linux 6.4 changed the rules; these are as the kernel's source has them.
case $(uname -r) in
5.* | 6.[0-3].* | 6.[0-3]-*) rules=old ;;
*) rules=new ;;
esac

type_file() { echo "/sys/kernel/iommu_groups/$1/type"; }
types() { for number in $(groups); do echo "$number $(word "$(type_file "$number")")"; done; }

# raw_write GROUP TYPE: the same write without the tool.
raw_write() { (echo "$2" > "$(type_file "$1")") 2> "$work/raw"; }

# set_domain STATUS TYPE GROUP...: run it, rows only.
set_domain() {
	status=$1 wanted_type=$2
	shift 2
	run "$status" set-domain --type="$wanted_type" --raw --noheadings -o "$columns" "$@"
}

# as_before WHAT: fail unless all types are as in $work/before.
as_before() {
	types > "$work/now"
	cmp -s "$work/before" "$work/now" ||
		fail "$1: types changed: $(diff "$work/before" "$work/now" | grep '^[<>]' | tr '\n' ' ')"
}

# answer GROUP TYPE: what the rules make of it: unchanged, planned or refused.
answer() {
	count=$(members "$1" | wc -l)
	if [ "$(word "$(type_file "$1")")" = "$2" ]; then
		echo unchanged
	elif [ $rules = old ] && [ "$count" != 1 ]; then
		echo refused
	elif [ "$(word "$(type_file "$1")") $2" = 'DMA DMA-FQ' ]; then
		echo planned
	elif [ $rules = old ] && [ "$(target "$devices/$(members "$1")/driver")" != - ]; then
		echo refused
	elif [ $rules = new ] && [ "$(blockers "$1")" != - ]; then
		echo refused
	else
		echo planned
	fi
}

# other_type GROUP: one that it does not have.
other_type() { if [ "$(word "$(type_file "$1")")" = identity ]; then echo DMA; else echo identity; fi; }

# try GROUP TYPE: dry run, refusal or change, twice, and back again.
try() {
	group=$1 type=$2 before=$(word "$(type_file "$1")") answer=$(answer "$1" "$2")
	what="group $group from $before to $type"
	case $answer in refused) status=1 ;; *) status=0 ;; esac
	types > "$work/before"

	run $status set-domain --dry-run --type="$type" --raw --noheadings -o $columns "$group"
	says "$what, dry run" "$group $before $type $answer"
	as_before "$what, dry run"

	if [ $answer = unchanged ]; then
		set_domain 0 "$type" "$group"
		says "$what" "$group $before $type unchanged"
		as_before "$what"
		return
	fi
	if [ $answer = refused ]; then
		set_domain 1 "$type" "$group"
		says "$what" "$group $before $type refused"
		[ "$(wc -l < "$err")" = 1 ] || fail "$what: not one line of reason: $(cat "$err")"
		as_before "$what, refused"
		! raw_write "$group" "$type" || fail "$what: refused, but the kernel does it"
		as_before "$what, refused by the kernel"
		return
	fi
	# The kernel may have reasons that nobody can know before.
	if raw_write "$group" "$type" && [ "$(word "$(type_file "$group")")" = "$type" ]; then able=yes; else able=no; fi
	raw_write "$group" "$before" || fail "$what: no way back: $(cat "$work/raw")"
	as_before "$what, written without the tool and back"
	if [ $able = no ]; then
		set_domain 2 "$type" "$group"
		says "$what, which the kernel cannot" "$group $before $type failed"
		[ "$(wc -l < "$err")" = 1 ] || fail "$what: not one line of reason: $(cat "$err")"
		as_before "$what, failed"
		echo "$what: $(cat "$err")"
		return
	fi
	set_domain 0 "$type" "$group"
	says "$what" "$group $before $type changed"
	[ "$(word "$(type_file "$group")")" = "$type" ] || fail "$what: sysfs says $(word "$(type_file "$group")")"
	types | grep -v "^$group " > "$work/others"
	grep -v "^$group " "$work/before" | cmp -s - "$work/others" || fail "$what: other groups changed"
	run 0 domains -rno GROUP,TYPE "$group"
	says "domains after $what" "$group $type"
	set_domain 0 "$type" "$group"
	says "$what, again" "$group $type $type unchanged"
	set_domain 0 "$before" "$group"
	says "$what, back" "$group $type $before changed"
	as_before "$what, back"
	able_groups="$able_groups $group"
}

if [ -z "$(groups)" ]; then
	device=$(ls "$devices" | tail -n 1)
	run 77 set-domain --type=identity "$device"
	[ -s "$err" ] || fail 'no reason on stderr for there being no groups'
	run 77 set-domain --type=identity -J "$device"
	[ "$(tr -d ' \n' < "$out")" = '{"groups":[]}' ] || fail "not an empty list of groups: $(cat "$out")"
	finish
fi

# A device of its own group without a driver: the only thing that all kernels agree on.
free=''
for device in $vfio; do
	group=$(target "$devices/$device/iommu_group")
	[ "$group" != - ] || continue
	[ "$(members "$group" | wc -l)" = 1 ] || continue
	echo "$device" > /sys/bus/pci/drivers/vfio-pci/unbind
	free=$device free_group=$group
	break
done

types > "$work/first"
able_groups=''
for group in $(groups); do
	try "$group" "$(other_type "$group")"
done
[ -z "$free" ] || for type in DMA DMA-FQ; do try "$free_group" $type; done
[ -z "$free" ] || case " $able_groups " in
*" $free_group "*) ;;
*) fail "group $free_group has one device and no driver, but was not changed" ;;
esac

# A device stands for its group, however it is written; automatic is what the kernel makes of it.
if [ -n "$free" ]; then
	type=$(other_type "$free_group")
	before=$(word "$(type_file "$free_group")")
	set_domain 0 "$type" "${free#0000:}" "$free_group"
	says 'a device and its group' "$free_group $before $type changed"
	set_domain 0 auto "$free"
	automatic=$(word "$(type_file "$free_group")")
	[ "$automatic" = "$type" ] || says 'auto' "$free_group $type $automatic changed"
	raw_write "$free_group" auto
	[ "$(word "$(type_file "$free_group")")" = "$automatic" ] || fail "auto: $automatic, but the kernel makes it $(word "$(type_file "$free_group")")"
	raw_write "$free_group" "$before"
fi

# All or nothing: one that is refused keeps the other as it is.
types > "$work/before"
refused=''
for group in $(groups); do
	[ "$(answer "$group" "$(other_type "$group")")" != refused ] || refused=$group
done
if [ -n "$free" ] && [ -n "$refused" ] && [ "$(other_type "$free_group")" = "$(other_type "$refused")" ]; then
	type=$(other_type "$free_group")
	set_domain 1 "$type" "$free_group" "$refused"
	sort "$out" > "$work/sorted" && mv "$work/sorted" "$out"
	{
		echo "$free_group $(word "$(type_file "$free_group")") $type planned"
		echo "$refused $(word "$(type_file "$refused")") $type refused"
	} | sort | same 'one of two refused'
	as_before 'one of two refused'
fi
if [ -n "$free" ]; then
	type=$(other_type "$free_group") before=$(word "$(type_file "$free_group")")
	set_domain 2 "$type" "$free_group" 4096
	says 'one of two does not exist' "$free_group $before $type planned"
	as_before 'one of two does not exist'
	run 64 set-domain --type="$type" "$free_group" "$free_group"
	run 64 set-domain --type=lazy "$free_group"
	run 64 set-domain --type="$type"
	run 64 set-domain "$free_group"
	run 64 set-domain --type="$type" --sysroot=/ "$free_group"
	as_before 'wrong usage'

	# Not root: nothing happens, and it says what it takes. Looking is for everybody.
	su -s /bin/sh nobody -c "iommutool set-domain --type=$type -rno $columns $free_group" > "$out" 2> "$err" &&
		fail 'set-domain as nobody: -n is an option'
	su -s /bin/sh nobody -c "iommutool set-domain --type=$type -r --noheadings -o $columns $free_group" > "$out" 2> "$err"
	got=$?
	[ $got = 2 ] || fail "set-domain as nobody: exit status $got instead of 2"
	says 'set-domain as nobody' "$free_group $before $type failed"
	grep -q 'run as root' "$err" || fail "set-domain as nobody: $(cat "$err")"
	as_before 'set-domain as nobody'
	su -s /bin/sh nobody -c "iommutool set-domain --dry-run --type=$type -q $free_group" > "$out" 2> "$err" ||
		fail "dry run as nobody: exit status $?, $(cat "$err")"
fi

# When the last of two cannot be written, the first goes back. Its file is one of a read-only mount.
if [ -n "$free" ]; then
	type=$(other_type "$free_group") before=$(word "$(type_file "$free_group")")
	# It has to be one that no rule is against.
	for last in $(groups | sort -n -r); do
		[ "$last" != "$free_group" ] && [ "$(answer "$last" "$type")" = planned ] && break
		last=''
	done
	if [ -n "$last" ]; then
		mkdir "$work/mount"
		mount -t tmpfs tmpfs "$work/mount"
		word "$(type_file "$last")" > "$work/mount/type"
		mount -o remount,ro "$work/mount"
		mount --bind "$work/mount/type" "$(type_file "$last")"
		run 2 set-domain --type="$type" --raw --noheadings -o $columns,STEPS "$free_group" "$last"
		sed 's/\\x20/_/g' -i "$out"
		if [ "$last" -gt "$free_group" ]; then
			grep -q "^$free_group $before $type rolled-back echo_${type}_>_$(type_file "$free_group"),echo_${before}_>_$(type_file "$free_group")\$" "$out" ||
				fail "not rolled back: $(cat "$out" "$err")"
		fi
		grep -q "^$last .* failed " "$out" || fail "a read-only file did not fail: $(cat "$out" "$err")"
		umount "$(type_file "$last")"
		umount "$work/mount"
		as_before 'one of two failed'
	fi
fi

# Groups that user space has: open, and owned.
for group in $(vfio_groups); do
	[ "$(viable "$group")" = yes ] || continue
	! grep -q 'direct$' "/sys/kernel/iommu_groups/$group/reserved_regions" || continue
	type=$(other_type "$group") before=$(word "$(type_file "$group")")
	sleep 100 3<> "/dev/vfio/$group" &
	holder=$!
	until [ "$(cat "/proc/$holder/comm")" = sleep ]; do sleep 0.1; done # then it has opened the group
	run 1 set-domain --type="$type" "$group"
	# The old rules look at the number of devices first.
	[ $rules = old ] && [ "$(members "$group" | wc -l)" != 1 ] ||
		grep -q "$holder (sleep) has /dev/vfio/$group open" "$out" || fail "held open: $(cat "$out" "$err")"
	as_before "group $group is held open"
	kill "$holder"
	wait "$holder" 2> /dev/null

	# vfio_ranges keeps its container until somebody reads from the pipe, which is full.
	# shellcheck disable=SC2216
	{ head -c 65536 /dev/zero; exec /rig/vfio_ranges "$group" 2> "$work/refusal"; } | sleep 100 &
	for i in 1 2 3 4 5 6 7 8 9 10; do
		sleep 0.5
		owner=$(pidof vfio_ranges) && grep -q pipe "/proc/$owner/wchan" && break
	done
	if [ -n "$owner" ]; then
		run 1 set-domain --type="$type" "$group"
		as_before "group $group is owned"
		! raw_write "$group" "$type" || fail "group $group is owned: refused, but the kernel does it"
		as_before "group $group is owned, by the kernel"
		kill -9 "$owner"
	else
		fail "nobody owns group $group: $(cat "$work/refusal")"
	fi
	kill "$(pidof sleep)"
	wait
	break
done

# A driver at work does not hinder DMA to DMA-FQ, where the group has one device. No way back then.
for group in $(groups); do
	[ "$(members "$group" | wc -l) $(word "$(type_file "$group")")" = '1 DMA' ] || continue
	[ "$(blockers "$group")" != - ] || continue
	set_domain 0 DMA-FQ "$group"
	says "group $group, lazy with a driver at work" "$group DMA DMA-FQ changed"
	[ "$(word "$(type_file "$group")")" = DMA-FQ ] || fail "group $group is $(word "$(type_file "$group")")"
	set_domain 1 DMA "$group"
	! raw_write "$group" DMA || fail "group $group: the kernel goes back to DMA with a driver at work"
	sed -i "s/^$group DMA\$/$group DMA-FQ/" "$work/first"
	break
done

[ -z "$free" ] || echo "$free" > /sys/bus/pci/drivers_probe
[ -z "$free" ] || [ "$(target "$devices/$free/driver")" = vfio-pci ] || fail "$free is not on vfio-pci again"
types > "$out"
same 'types at the end' < "$work/first"
finish
