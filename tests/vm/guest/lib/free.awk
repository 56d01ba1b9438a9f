# The ranges of [0, last] that the ranges on stdin, sorted by start, leave free.
# Addresses are 0x and 16 hex digits each, so they compare as text; "" keeps awk from comparing
# them as numbers, which have 53 bits.

# by is 1 or -1
function step(address, by, at, digit) {
	for (at = 18; at > 2; at--) {
		digit = index("0123456789abcdef", substr(address, at, 1)) - 1 + by
		address = substr(address, 1, at - 1) substr("0123456789abcdef", (digit + 16) % 16 + 1, 1) substr(address, at + 1)
		if (digit >= 0 && digit < 16)
			break
	}
	return address
}

BEGIN { free = "0x0000000000000000" }

$1 "" > last "" { next }

{
	if ($1 "" > free "")
		print free, step($1, -1)
	if ($2 "" >= last "")
		full = 1
	else if ($2 "" >= free "")
		free = step($2, 1)
}

END {
	if (!full)
		print free, last
}
