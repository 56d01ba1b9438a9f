# bind --persist: the rule binds that device, and no other, when the machine starts; restore takes
# the rule away. A start is played: everything as after a boot, then udevd and the events of boot.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
wants_modules vfio-pci ext4
mkdir -p "$rules"
remember

stop_udevd() {
	udevadm control --exit 2> /dev/null
	for try in $(seq 100); do
		pidof systemd-udevd > /dev/null || return 0
		sleep 0.1
	done
	killall -9 systemd-udevd # how it ends is not what is tested
	wait_for sh -c '! pidof systemd-udevd'
}

# reboot_guest: drivers as the kernel would have it, no vfio, /run empty, udevd new, all devices added.
reboot_guest() {
	stop_udevd
	for device in $disk $twin $free $first $second; do raw_free "$device"; done
	modprobe -r vfio-pci
	rm -rf /run/iommutool /run/udev
	/lib/systemd/systemd-udevd --daemon 2> /dev/null
	udevadm trigger --type=subsystems --action=add
	udevadm trigger --type=devices --action=add
	udevadm settle --timeout=30 || fail 'udevd does not come to an end'
}

run 0 bind --list-persisted -r --noheadings
[ ! -s "$out" ] || fail "bind --list-persisted without a rule: $(cat "$out")"
act 0 "$disk nvme vfio-pci planned -" bind --persist --dry-run "$disk"
unchanged 'bind --persist --dry-run'
act 0 "$disk nvme vfio-pci bound -" bind --persist "$disk"
rule=$rules/70-iommutool-$disk.rules
[ -f "$rule" ] || fail "there is no $rule, but: $(ls "$rules")"
udevadm verify "$rule" > /dev/null 2>&1 || ! udevadm verify --version > /dev/null 2>&1 || fail "udev finds fault with $rule"
act 0 "$disk vfio-pci vfio-pci unchanged -" bind --persist "$disk"
run 0 bind --list-persisted
grep -q "$disk" "$out" || fail "bind --list-persisted: $(cat "$out")"

reboot_guest
bound "$disk" vfio-pci vfio-pci
bound "$twin" nvme '(null)'
[ -c "$(node_of "$disk")" ] || fail "there is no $(node_of "$disk")"
act 0 "$disk vfio-pci nvme restored -" restore "$disk"
unchanged 'restore after a boot'
reboot_guest
unchanged 'a boot without a rule'

# Bound first, made persistent later: what was there at first is what comes back after the boot.
run 0 bind "$disk"
act 0 "$disk vfio-pci vfio-pci unchanged -" bind --persist "$disk"
[ -f "$rule" ] || fail "bind --persist of a bound device: no $rule"
reboot_guest
bound "$disk" vfio-pci vfio-pci
act 0 "$disk vfio-pci nvme restored -" restore --all
unchanged 'made persistent later'

# Several at the same time, udevd runs them side by side.
act 0 "$free - vfio-pci bound - $disk nvme vfio-pci bound - $twin nvme vfio-pci bound -" bind --persist "$twin" "$disk" "$free"
reboot_guest
for device in $free $disk $twin; do bound "$device" vfio-pci vfio-pci; done
act 0 "$free vfio-pci - restored - $disk vfio-pci nvme restored - $twin vfio-pci nvme restored -" restore --all
unchanged 'several persisted devices'

# At that address there is something else now: it is left alone, by the rule and by bind itself.
run 0 bind --persist "$disk"
cp "$rule" "$work/rule"
for other in 's/1b36/1b37/g' '/^ACTION/s/=1b36/=1b37/'; do
	sed -e "$other" "$work/rule" > "$rule"
	! cmp -s "$rule" "$work/rule" || fail "the rule does not name the vendor: $(cat "$rule")"
	reboot_guest
	bound "$disk" nvme '(null)'
done
cp "$work/rule" "$rule"
# Guards run at boot, too: a mounted disk stays with the host.
mkdir -p "$work/at"
stop_udevd
run 0 restore --to-none "$disk"
raw_free "$disk"
cp "$work/rule" "$rule"
wait_for has_disk "$disk"
mke2fs "/dev/$(disk_of "$disk")" > /dev/null 2>&1
mount -t ext2 "/dev/$(disk_of "$disk")" "$work/at"
/lib/systemd/systemd-udevd --daemon 2> /dev/null
udevadm trigger --action=add --type=devices
udevadm settle --timeout=30
bound "$disk" nvme '(null)'
umount "$work/at"
# Nothing is bound, the rule alone goes.
run 0 restore "$disk"
[ ! -e "$rule" ] || fail 'restore left the rule behind'
unchanged 'a rule of a device that is in use'

# With a device without a driver, and with --whole-group.
act 0 "$first - vfio-pci bound - $second nvme vfio-pci bound -" bind --persist --whole-group "$second"
run 0 bind --list-persisted -r --noheadings
[ "$(grep -c . "$out")" = 2 ] || fail "bind --list-persisted: $(cat "$out")"
reboot_guest # each rule for itself would be refused because of the other device
for device in $first $second; do bound "$device" vfio-pci vfio-pci; done
run 0 restore --all
unchanged 'a whole group'

stop_udevd
rm -rf /run/udev
unchanged 'at the end'
finish
