# monitor: what it prints while devices are bound, unbound, removed and found again by raw sysfs,
# against what sysfs says after each step; as text, as JSON, and as nobody.
. /rig/lib/check
. /rig/lib/raw

wanted=$work/wanted.lines
: > "$wanted"

# start NAME COMMAND...: run it in the background with its output in $work/NAME, wait until it waits.
start() {
	name=$1
	shift
	"$@" > "$work/$name" 2> "$work/$name.err" < /dev/null &
	pid=$!
	eval "$name=$pid"
	tries=0
	until grep -q poll "/proc/$pid/wchan" 2> /dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { fail "$*: does not wait for events after 10 s: $(cat "$work/$name.err")"; return; }
		sleep 0.1
	done
}

# expect EVENT DEVICE GROUP DRIVER VIABLE: the next line.
expect() { echo "$*" >> "$wanted"; }

# until_told WHAT: wait until each has as many lines as are expected.
until_told() {
	count=$(wc -l < "$wanted")
	tries=0
	until
		[ "$(wc -l < "$work/text")" -gt "$count" ] && [ "$(wc -l < "$work/json")" -ge "$count" ] &&
			[ "$(wc -l < "$work/nobody")" -ge "$count" ]
	do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { fail "$1: no line of it after 10 s; expected: $(tail -n 1 "$wanted")"; return; }
		sleep 0.1
	done
}

# viable_now GROUP: as sysfs has it, "-" when there is no such group, or no group at all.
viable_now() {
	if [ "$1" != - ] && [ -d "/sys/kernel/iommu_groups/$1" ]; then viable "$1"; else echo -; fi
}

group_of() { target "$devices/$1/iommu_group"; }
driver_of() { target "$devices/$1/driver"; }
take_away() { echo "$1" > "$devices/$1/driver/unbind"; }

# give DEVICE DRIVER
give() {
	echo "$2" > "$devices/$1/driver_override"
	echo "$1" > /sys/bus/pci/drivers_probe
	[ "$(driver_of "$1")" = "$2" ] || fail "$1: $2 did not take it"
}

# The one that every device takes: vfio-pci wants a group.
driver=vfio-pci
if [ -z "$(groups)" ]; then
	driver=pci-stub
	modprobe pci-stub
fi

# cycle DEVICE: all that can happen to it, and back to what it was.
cycle() {
	device=$1
	group=$(group_of "$device")
	before=$(driver_of "$device")

	if [ "$before" != - ]; then
		take_away "$device"
		expect unbind "$device" "$group" - "$(viable_now "$group")"
		until_told "unbind $device"
	fi
	give "$device" "$driver"
	group=$(group_of "$device") # one that had none may get it now
	expect bind "$device" "$group" "$driver" "$(viable_now "$group")"
	until_told "bind $device"
	held=$(viable_now "$group")

	# Nothing happens to a device whose events are only repeated.
	echo add > "$devices/$device/uevent"
	echo change > "$devices/$device/uevent"

	take_away "$device"
	idle=$(viable_now "$group") # while it has no driver
	expect unbind "$device" "$group" - "$idle"
	until_told "unbind $device again"
	give "$device" "$driver"
	expect bind "$device" "$group" "$driver" "$held"
	until_told "bind $device again"

	# Two things at once: by the time anybody looks, the first is past.
	take_away "$device"
	give "$device" "$driver"
	expect unbind "$device" "$group" - "$idle"
	expect bind "$device" "$group" "$driver" "$held"
	until_told "unbind and bind $device"

	echo 1 > "$devices/$device/remove"
	gone=$(viable_now "$group")
	expect unbind "$device" "$group" - "$idle"
	expect remove "$device" "$group" - "$gone"
	until_told "remove $device"

	echo 1 > /sys/bus/pci/rescan
	[ -d "$devices/$device" ] || { fail "$device is not found again"; return; }
	[ "$(driver_of "$device")" = - ] || fail "$device: $(driver_of "$device") took it by itself"
	group=$(group_of "$device")
	expect add "$device" "$group" - "$(viable_now "$group")"
	until_told "rescan for $device"

	# All of it at once.
	give "$device" "$driver"
	group=$(group_of "$device")
	expect bind "$device" "$group" "$driver" "$held"
	until_told "bind $device after it was found"
	echo 1 > "$devices/$device/remove"
	echo 1 > /sys/bus/pci/rescan
	expect unbind "$device" "$group" - "$idle"
	expect remove "$device" "$group" - "$gone"
	group=$(group_of "$device")
	expect add "$device" "$group" - "$(viable_now "$group")"
	until_told "remove and rescan $device"

	[ "$before" = - ] && return
	give "$device" "$before"
	group=$(group_of "$device")
	expect bind "$device" "$group" "$before" "$(viable_now "$group")"
	until_told "bind $device as it was"
}

# free GROUP: take the group's blockers away one by one, and give them back.
free() {
	for pair in $(blockers "$1" | tr , ' '); do
		case $pair in - | *=nvme) continue ;; esac # nvme may take a minute
		take_away "${pair%=*}"
		expect unbind "${pair%=*}" "$1" - "$(viable_now "$1")"
		until_told "unbind ${pair%=*}"
		give "${pair%=*}" "${pair#*=}"
		expect bind "${pair%=*}" "$1" "${pair#*=}" "$(viable_now "$1")"
		until_told "bind ${pair%=*}"
		echo > "$devices/${pair%=*}/driver_override"
	done
}

start text iommutool monitor
start json iommutool monitor --json
start nobody su -s /bin/sh nobody -c 'exec iommutool monitor -rn'

cycle 0000:00:02.0
for member in $vfio; do
	group=$(group_of "$member")
	[ "$group" != - ] && [ "$(members "$group" | wc -l)" -gt 1 ] || continue
	cycle "$member"
	free "$group"
	break
done
for group in $(groups); do
	[ "$(members "$group" | wc -l)" -gt 1 ] && [ "$(blockers "$group")" != - ] || continue
	free "$group"
	break
done

# storm DEVICE: many events at once; it has, and keeps, the driver that every device takes.
storm() {
	group=$(group_of "$1")
	held=$(viable_now "$group")
	take_away "$1"
	idle=$(viable_now "$group")
	give "$1" "$driver"
	expect unbind "$1" "$group" - "$idle"
	expect bind "$1" "$group" "$driver" "$held"
	for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		take_away "$1"
		give "$1" "$driver"
		expect unbind "$1" "$group" - "$idle"
		expect bind "$1" "$group" "$driver" "$held"
	done
	until_told 'a storm of events'
}

# memory PID: what it has, in kB.
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

device=0000:00:02.0
before=$(driver_of "$device")
if [ "$before" = - ]; then
	give "$device" "$driver"
	group=$(group_of "$device")
	expect bind "$device" "$group" "$driver" "$(viable_now "$group")"
	until_told "bind $device for a storm"
fi
storm "$device"
first=$(memory "$text")
storm "$device"
[ "$(memory "$text")" -le $((first + 64)) ] || fail "monitor: has grown from $first to $(memory "$text") kB"
if [ "$before" = - ]; then
	take_away "$device"
	expect unbind "$device" "$group" - "$idle"
	until_told "unbind $device after the storm"
	echo > "$devices/$device/driver_override"
fi

# --- what they said -------------------------------------------------------------------------------

[ "$(wc -l < "$wanted")" -ge 12 ] || fail "only $(wc -l < "$wanted") events were expected"
for name in text json nobody; do
	[ ! -s "$work/$name.err" ] || fail "monitor ($name): says: $(head -n 3 "$work/$name.err")"
done

head -n 1 "$work/text" > "$out"
says 'the heading' 'EVENT DEVICE GROUP DRIVER VIABLE'
tail -n +2 "$work/text" | tr -s ' ' > "$out"
same 'monitor' < "$wanted"
# The columns stand below each other: a driver begins where its heading does.
at=$(head -n 1 "$work/text" | sed 's/DRIVER.*//' | wc -c)
[ -z "$(cut -c "$((at - 1))-$at" "$work/text" | grep -v '^ [^ ]$')" ] || fail "monitor: not aligned: $(head -n 3 "$work/text")"
cp "$work/nobody" "$out"
same 'monitor -rn as nobody' < "$wanted"

# jq -s would take objects of several lines too, so lines are counted as well.
[ "$(grep -c '^{.*}$' "$work/json")" = "$(wc -l < "$wanted")" ] || fail "monitor -J: not an object a line: $(head -n 2 "$work/json")"
cp "$work/json" "$out"
parse_json '(["rows", .event, .device, .group, .driver, .viable] | words),
	(["keys", keys_unsorted[]] | words), (["types", (.group | type), (.viable | type)] | words)'
part rows
same 'monitor -J' < "$wanted"
sed -n 's/^keys //p' "$work/json" | sort -u > "$out"
says 'keys of -J' 'event device group driver viable'
[ -z "$(sed -n 's/^types //p' "$work/json" | grep -vE '^(number|null) (boolean|null)$')" ] || fail 'monitor -J: a number or a truth of another type'

# --- how it ends ----------------------------------------------------------------------------------

# ends NAME SIGNAL PID: with status 0.
ends() {
	kill "-$2" "$3"
	got=0
	wait "$3" || got=$?
	[ "$got" = 0 ] || fail "monitor ($1) after SIG$2: exit status $got"
}
ends text INT "$text"
ends json TERM "$json"
ends nobody INT "$nobody"

got=0
timeout 20 sh -c 'iommutool monitor | head -n 1' > "$out" || got=$?
[ "$got" = 0 ] || fail "monitor | head -n 1: exit status $got"
says 'monitor | head -n 1' 'EVENT DEVICE GROUP DRIVER VIABLE'

# A reader that goes is noticed though nothing happens.
mkfifo "$work/pipe"
iommutool monitor > "$work/pipe" 2> "$err" &
pid=$!
head -n 1 < "$work/pipe" > "$out"
got=0
wait "$pid" || got=$?
[ "$got" = 141 ] || fail "monitor into a pipe that is closed: exit status $got instead of SIGPIPE's"
[ ! -s "$err" ] || fail "monitor into a pipe that is closed: $(cat "$err")"

finish
