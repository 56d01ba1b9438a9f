# Wrong use and bad input: a one-line message, the right exit status, nothing changed.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember

# one_line ARGUMENT...: what was just run said it in one line.
one_line() { [ "$(wc -l < "$err")" = 1 ] || fail "iommutool $*: not one line but: $(cat "$err")"; }

# Operands and options.
refuses 2 bind 0000:ff:1f.7
one_line bind 0000:ff:1f.7
hints 0000:ff:1f.7
for device in 0000:00:02 00:02.8 zz:00.0 ''; do
	refuses 2 bind "$device"
	one_line bind "$device"
done
refuses 64 bind 1234:11e8
one_line bind 1234:11e8
hints "$free $first $left $right"
refuses 2 restore 0000:ff:1f.7
one_line restore 0000:ff:1f.7
run 2 bind "$free" 0000:ff:1f.7
bound "$free" - '(null)'
refuses 64 bind "$free" "${free#0000:}"
refuses 64 restore "$free" "$free"
refuses 64 bind
refuses 64 restore
refuses 64 restore --all "$free"
refuses 64 bind --timeout=0 "$free"
refuses 64 bind --timeout=ten "$free"
refuses 64 bind --to= "$free"
refuses 64 bind --to=../vfio-pci "$free"
refuses 64 bind -n "$free"
refuses 1 bind "$bridge"
unchanged 'bad operands and options'

# Drivers that are not there or do not want it.
refuses 2 bind --to=no-such-driver "$free"
hints no-such-driver
act 1 "$free - e1000e refused driver" bind --to=e1000e "$free"
hints e1000e
act 2 "$free - e1000e failed -" bind --to=e1000e --force=driver "$free"
unchanged 'drivers that are not there or do not match'

# A captured machine cannot be changed, but asked.
iommutool capture "$work/capture" 2> /dev/null
refuses 64 bind --sysroot="$work/capture" "$free"
refuses 64 restore --sysroot="$work/capture" "$free"
run 0 bind --dry-run --sysroot="$work/capture" "$free" -r --noheadings -o DEVICE,FROM,TO,RESULT
says 'bind --dry-run of a captured machine' "$free - vfio-pci planned"
run 1 bind --dry-run --sysroot="$work/capture" "$bridge" -r --noheadings -o DEVICE,RESULT
says 'bind --dry-run of a captured bridge' "$bridge refused"
unchanged 'a captured machine'

# Not root: 2, with the reason.
for command in "bind $free" "restore $free" 'restore --all'; do
	got=0
	su -s /bin/sh nobody -c "iommutool $command" > "$out" 2> "$err" || got=$?
	[ "$got" = 2 ] || fail "$command as nobody: exit status $got"
	complains ${command%% *}
	one_line $command
done
hints root
unchanged 'not root'

# Records that cannot be trusted: named, not used, in nobody's way.
run 0 bind "$free"
cp "$records/$free" "$work/record"
snapshot > "$work/bound"
boot=$(cat /proc/sys/kernel/random/boot_id)
grep -q "$boot" "$work/record" || fail "the record does not know its boot: $(cat "$work/record")"
for damage in 'echo garbage' ': # empty' "head -c 100 $work/record" "sed s/$boot/00000000-0000-0000-0000-000000000000/ $work/record" \
	"sed s/$free/$disk/ $work/record" "sed s,^driver=,driver=../x, $work/record" "cat $work/record $work/record" 'head -c 100000 /dev/urandom' 'tr a-z \\0'; do
	eval "$damage" < "$work/record" > "$records/$free"
	cp "$records/$free" "$work/damaged"
	refuses 2 restore "$free"
	one_line "restore, with its record from $damage"
	hints "$free"
	run 2 restore --all
	run 0 groups -rno GROUP
	run 0 bind "$disk"
	run 0 restore "$disk"
	cmp -s "$work/damaged" "$records/$free" || fail "the record from $damage was changed"
	snapshot | diff "$work/bound" - || fail "with the record from $damage something changed"
done
# A name in the journal that is no device, and a record that is a link or a directory.
cp "$work/record" "$records/$free"
echo garbage > "$records/README"
run 0 restore --all
rm -f "$records/README"
ln -s /etc/passwd "$records/$disk"
refuses 2 restore "$disk"
rm "$records/$disk"
mkdir "$records/$disk"
refuses 2 restore "$disk"
rmdir "$records/$disk"
unchanged 'at the end'
finish
