# capture: every reading command gives on a capture the answer it gives on the machine, byte for
# byte but for holders and owners; for root and for nobody. Root's capture stays for the runner.
. /rig/lib/check
. /rig/lib/raw

# columns COMMAND: all but those on who has a group open, and what explain makes of that.
columns() {
	users='HOLDERS|OWNER|IN_USE'
	[ "$1" != explain ] || users='ASSIGNABLE|OBSTACLES|FACT|VALUE|NEXT'
	iommutool "$1" --list-columns |
		awk -v users="^($users)\$" 'NR > 1 && $1 !~ users && !seen[$1]++ { print $1 }' | paste -sd ,
}

# The commands that read, with their operands; a device is named to those that want one.
one=$(ls "$devices" | tail -n 1)
for command in $(iommutool --list-commands); do
	operand=''
	case $command in
	status | groups | resv-regions | gaw | domains | tables) ;;
	explain | check) operand=$one ;;
	*) continue ;;
	esac
	echo "$command $operand -rno $(columns "$command")"
	json=-J
	[ "$command" != explain ] || json="-Jo $(columns "$command")"
	echo "$command $operand $json"
done > "$work/commands"
{
	echo groups
	echo groups --all -rn
	echo resv-regions --usable -rn
	echo gaw --common -rn
} >> "$work/commands"
chmod 755 "$work"

# For nobody JSON will do; it has every key.
grep -e " -J" "$work/commands" > "$work/commands-nobody"
cp "$work/commands" "$work/commands-root"

# answers USER FILE [SYSROOT]: what USER is told here, or from the capture.
answers() { su -s /bin/sh "$1" -c "sh /rig/lib/answers $work/commands-$1 $3" > "$2"; }

# compare USER DIR: let USER capture to DIR, and compare what USER is told here and there.
compare() {
	su -s /bin/sh "$1" -c "iommutool capture $2" > "$work/said" 2>&1 || {
		fail "capture as $1: exit status $?; $(tail -n 3 "$work/said")"
		return
	}
	answers "$1" "$work/live-$1"
	answers "$1" "$out" "$2"
	same "as $1: live and from the capture" < "$work/live-$1"
}

compare root /tmp/capture
compare nobody /tmp/capture-nobody

# What root captured is a user's own file now: whoever reads it is told what root was told.
answers nobody "$out" /tmp/capture
awk '/^== / && !/exit status/ { json = / -J/ } json' "$work/live-root" |
	same "root's capture read by nobody"

# What the machine's file put on the command line as nobody's business is not in the capture.
for secret in $secrets; do
	grep -q "$secret" /proc/cmdline || fail "$secret is not on the command line"
	found=$(grep -rls "$secret" /tmp/capture) && fail "the capture tells $secret: $found"
done

finish
