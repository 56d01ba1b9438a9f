# What bind and restore of a device without a driver cost over the bare writes to sysfs.
. /rig/lib/check
. /rig/lib/raw
. /rig/lib/act
remember
limit=30 # ms, each

printf '%-12s %8s %8s %8s  %s\n' 'ms, median' sysfs iommutool more TARGET
/rig/binding_times 51 "$free" > "$out" || fail 'binding_times failed'
while read -r name raw ours more; do
	target=-
	case $name in
	bind | restore)
		target="<=$limit ok"
		[ "${more%.*}" -lt $limit ] || { target="<=$limit MISSED"; failed=1; }
		;;
	esac
	printf '%-12s %8s %9s %8s  %s\n' "$name" "$raw" "$ours" "$more" "$target"
done < "$out"
unchanged 'at the end'
finish
