# Every reading command as nobody: no crash, the same as root's answer where the files may be read,
# unknown ("?") where they may not, and an exit status that means what it says.
. /rig/lib/check
. /rig/lib/raw

nobody() { su -s /bin/sh nobody -c "iommutool $*" > "$out" 2> "$err"; }

for command in $(iommutool --list-commands); do
	operand=''
	case $command in
	status | groups | resv-regions | gaw | domains | tables) ;;
	explain | check) operand=$(ls "$devices" | tail -n 1) ;;
	*) continue ;;
	esac
	for format in '--raw --output-all' --json; do
		nobody "$command" $format $operand
		got=$?
		case $got in
		0 | 1 | 2 | 77) ;;
		*) fail "$command $format as nobody: exit status $got; $(head -n 3 "$err")" ;;
		esac
		[ $got = 0 ] || [ -s "$err" ] || fail "$command $format as nobody: exit status $got without a reason"
	done
	[ ! -s "$out" ] || parse_json empty
done

# What everybody may read is the same for all.
if [ -n "$(groups)" ]; then
	columns=GROUP,TYPE,VIABLE,BLOCKERS,DEVICE,ID,CLASS,DRIVER,UNIT,RESET
	run 0 groups -rno "$columns"
	cp "$out" "$work/root"
	nobody groups -rno "$columns" || fail "groups as nobody: exit status $?"
	same 'groups as nobody' < "$work/root"

	run 0 resv-regions -rno GROUP,START,END,TYPE
	cp "$out" "$work/root"
	nobody resv-regions -rno GROUP,START,END,TYPE || fail "resv-regions as nobody: exit status $?"
	same 'resv-regions as nobody' < "$work/root"
fi

# With -v somebody who may not look is told why something is unknown: here, who has a group open.
if [ -n "$(vfio_groups)" ]; then
	nobody domains -v
	[ -s "$err" ] || fail 'domains -v as nobody: not a word on why the holders are unknown'
fi

# Tables are for root only: a table is there but cannot be read, or there is none.
nobody tables
got=$?
case $(why_empty) in
no-table) wanted=77 ;;
*) wanted=2 ;;
esac
[ "$got" = "$wanted" ] || fail "tables as nobody: exit status $got instead of $wanted; $(head -n 3 "$err")"
[ -s "$err" ] || fail 'tables as nobody: no reason on stderr'

finish
