# SPDX-License-Identifier: GPL-2.0-or-later
# The contract for JSON (design 3.1 to 3.4): which keys each document has, and what may stand there.
# Prints a line for each thing that is not so, with the name of the file.
#
# Types: string number boolean address, with "?" also null; [string] and [number] lists, never null;
# "a|b" one of these words. What is an object or a list of objects is looked at by itself.

# Parameters must not be called as builtins are: they would replace them.
def fits($want):
	if $want | endswith("?") then . == null or fits($want[:-1])
	elif $want == "any" then true
	elif $want == "object" or $want == "array" then type == $want
	elif $want == "string" or $want == "number" or $want == "boolean" then type == $want
	elif $want == "address" then type == "string" and test("^0x[0-9a-f]{16}$")
	elif $want == "[string]" then type == "array" and all(.[]; type == "string")
	elif $want == "[number]" then type == "array" and all(.[]; type == "number")
	else . as $word | type == "string" and any($want | split("|")[]; . == $word)
	end;

# has($where; $wanted): the object has these keys with values that fit, and with $only no others.
def has($where; $wanted; $only):
	if type != "object" then "\($where): no object"
	else
		. as $object
		| ($wanted | to_entries[] | . as {$key, $value}
			| if $object | has($key) | not then "\($where): no key \"\($key)\""
			elif $object[$key] | fits($value) | not then
				"\($where): \"\($key)\" is \($object[$key] | tojson), not \($value)"
			else empty end),
		  (if $only then $object | keys[] | select(. as $key | $wanted | has($key) | not)
			| "\($where): key \"\(.)\" is not in the contract" else empty end)
	end;
def has($where; $wanted): has($where; $wanted; true);
# Each of the list at this key; what is no list was reported by has().
def each($key): (.[$key]? // []) | if type == "array" then .[] else empty end;

def ends($where): has($where; { start: "address", end: "address?" });
def why: "no-table|driver-off|not-covered|noiommu?";

def groups:
	has("document"; { groups: "array", why_empty: why }
		+ if has("computed") then { computed: "boolean" } else {} end),
	(each("groups")
		| has("group"; { group: "number?", type: "string?", viable: "boolean?",
			in_use: "boolean?", blockers: "[string]", devices: "array" }),
		  (each("devices") | has("device"; { device: "string", id: "string?",
			class: "string?", name: "string?", driver: "string?",
			role: "endpoint|bridge|host-bridge|isa-bridge|iommu|platform?",
			isolated: "boolean?", unit: "string?", reset: "[string]" })));

def common_ranges: .common | has("common"; { usable: "array" }), (each("usable") | ends("common.usable"));

# resv-regions, and with --usable.
def regions:
	has("document"; { groups: "array", common: "object", why_empty: why }), common_ranges,
	(each("groups")
		| (each("usable") | ends("usable")),
		  (select(has("regions") | not) | has("group"; { group: "number", usable: "array" })),
		  (select(has("regions")) | has("group"; { group: "number", regions: "array",
			usable: "array" })),
		  (each("regions") | has("region"; { start: "address", end: "address",
			type: "string", vfio: "usable|excluded|refused|ignored?",
			source: "RMRR|IVMD|msi-window|ht-hole|isa|firmware?", devices: "[string]" })));

def conflicts:
	has("document"; { conflicts: "array" }),
	(each("conflicts") | has("conflict"; { range: "string", group: "number", start: "address",
		end: "address", type: "string", source: "string?", line: "number?", name: "string?" }));

# groups --check-isolation.
def differences:
	has("document"; { differences: "array" }),
	(each("differences") | has("difference"; { device: "string", group: "number",
		kernel: "together|apart", other: "string", other_group: "number",
		because: "alias|acs|quirk|bus-alias|multifunction?", at: "string?",
		cause: "string" }));

def gaw:
	has("document"; { units: "array", host_address_width: "number?", common: "object",
		why_empty: why }),
	(.common | has("common"; { gaw: "number?", last_iova: "address?" })),
	(each("units")
		| has("unit"; { unit: "string", kind: "intel-vtd|amd-vi|virtio|smmu?",
			segment: "number?", address: "address?", gaw: "number?", gaw_max: "number?",
			last_iova: "address?", mgaw: "number?", sagaw: "[number]",
			first_stage: "boolean?", page_sizes: "[number]",
			domains_supported: "number?", domains_used: "number?",
			interrupt_remapping: "boolean?", attached: "string?", devices: "array" }),
		  (each("devices") | has("device"; { device: "string", group: "number?",
			gaw: "number?", last_iova: "address?" })));

def domains:
	has("document"; { domains: "array", why_empty: why }),
	(each("domains")
		| has("domain"; { group: "number", type: "string?", strict: "boolean?",
			owner: "kernel|vfio|iommufd|none?", holders: "array", unit: "string?" }),
		  (each("holders") | has("holder"; { pid: "number", command: "string", node: "string" })));

# On FreeBSD.
def freebsd_domains:
	has("document"; { domains: "array", iommu: "object", pr260178: "object" }),
	(.iommu | has("iommu"; { state: "no-vmm|off-by-tunable|absent|failed|not-started|running?",
		what: "string", next: "string?" })),
	(.pr260178 | has("pr260178"; { state: "affected|fixed?", why: "string", next: "string?",
			deep: (if .deep == null then "any" else "object" end) }),
		(.deep | select(. != null) | has("deep"; { state: "affected|fixed?", why: "string",
			pages: "number?", missing: "number?", first_missing: "address?" }))),
	(each("domains")
		| has("domain"; { unit: "string?", domain: "number?", owner: "host|vm|other|none|off?",
			width: "number?", devices: "array" }),
		  (each("devices") | has("device"; { device: "string", group: "number?",
			driver: "string?", state: "host|ppt-unassigned|ppt-assigned?",
			blocked: "boolean?", why: "string" })));

def set_domain:
	has("document"; { groups: "array" }),
	(each("groups")
		| has("group"; { group: "number", from: "string?", to: "DMA|DMA-FQ|identity|auto",
			result: "changed|unchanged|planned|refused|failed|stuck|rolled-back",
			reason: "string?", steps: "[string]" }));

# bind and restore; FreeBSD's --persist leaves it to the user to write what it takes.
def changes:
	has("document"; { devices: "array" } +
		if type == "object" and has("boot_lines") then { boot_lines: "[string]" } else {} end),
	(each("devices")
		| has("device"; { device: "string", from: "string?", to: "string?",
			result: "bound|restored|unchanged|planned|refused|failed|stuck|rolled-back",
			guard: "string?", reason: "string?", steps: "[string]", guards: "array" }),
		  (each("guards") | has("guard"; { guard: "string",
			answer: "pass|warn|refuse|unknown|forced", fact: "string?", next: "string?" })));

def explain:
	has("document"; { devices: "array" }),
	(each("devices")
		| has("device"; { device: "string", group: "number?", isolated: "boolean?",
			reasons: "array", unit: "string?", scope: "string?", gaw: "number?",
			regions: "array", driver: "string?", viable: "boolean?", blockers: "[string]",
			reset: "[string]", assignable: "boolean?", obstacles: "array", vmm: "string?",
			next: "string", facts: "array" }),
		  (each("reasons") | has("reason"; { because: "alias|acs|quirk|bus-alias|multifunction",
			at: "string", missing: "[string]", pulls_in: "[string]" })),
		  (each("regions") | has("region"; { start: "address", end: "address", type: "string",
			vfio: "usable|excluded|refused|ignored?",
			source: "RMRR|IVMD|msi-window|ht-hole|isa|firmware?" })),
		  (each("obstacles") | has("obstacle"; { kind: "blocks|unknown|warns", what: "string",
			next: "string" })),
		  (each("facts") | has("fact"; { fact: "string", value: "string?", next: "string?" })));

def status:
	has("document"; { status: "array" }),
	(each("status") | has("fact"; { name: "string", value: "string?",
		verdict: "ok|warn|bad|info", next: "string?" }));

def outcomes: { pass: "number", fail: "number", skip: "number", info: "number" };

# map-test, with --bench and without.
def map_test:
	has("document"; { tests: "array", summary: "object", bench: "array" }),
	(.summary | has("summary"; outcomes)),
	(each("tests") | has("test"; { device: "string", backend: "type1|iommufd", name: "string",
		result: "pass|fail|skip|info|planned", observed: "string?", reason: "string?" })),
	(each("bench") | has("cost"; { device: "string", backend: "type1|iommufd",
		operation: "map|unmap", page_size: "number?", bytes: "number?", rounds: "number?",
		ns_min: "number?", ns_median: "number?", ns_max: "number?" }));

# p2p-test
def p2p_test:
	has("document"; { pairs: "array", faults: "array", summary: "object" }),
	(.summary | has("summary"; outcomes + { pairs: "object" })),
	(.summary.pairs? | has("summary.pairs"; outcomes)),
	(each("faults") | has("fault"; { device: "string", address: "address", write: "boolean",
		reason: "string?" })),
	(each("pairs")
		| has("pair"; { initiator: "string", target: "string", bar: "number?",
			engine: "edu|nvme?", backend: "type1|iommufd",
			path: "same-slot|same-switch|same-switch-redirected|root-complex?",
			forwards: "boolean?", result: "pass|fail|skip|planned",
			reason: "string?", bench: "array", checks: "array" }),
		  (each("bench") | has("rate"; { direction: "write|read",
			bytes_per_second: "number", limit: "string" })),
		  (each("checks") | has("check"; { name: "string",
			result: "pass|fail|skip|info|planned", observed: "string?",
			bytes_verified: "number?", reason: "string?" })));

# map-test --list and p2p-test --list
def checks:
	has("document"; { checks: "array" }),
	(each("checks") | has("check"; { name: "string", needs: "string?", proves: "string" }));

def columns:
	has("document"; { columns: "array" }),
	(each("columns") | has("column"; { name: "string", level: "[string]",
		type: "string|number|boolean|address|list|objects", default: "boolean",
		meaning: "string" }));

# Keys of the tables' structures by type; there are more of them than the contract has.
def structure_keys: {
	"DRHD": { segment: "number", address: "address", flags: "[string]", scopes: "array" },
	"RMRR": { segment: "number", start: "address", end: "address", scopes: "array" },
	"ATSR": { segment: "number", flags: "[string]", scopes: "array" },
	"SATC": { segment: "number", flags: "[string]", scopes: "array" },
	"SIDP": { segment: "number", scopes: "array" },
	"RHSA": { address: "address", proximity_domain: "number" },
	"ANDD": { device_number: "number", name: "string" },
	"IVHD": { kind: "0x10|0x11|0x40", flags: "[string]", iommu: "string",
		capability_offset: "number", address: "address", segment: "number", info: "string",
		features: "string", efr: "address?", efr2: "address?", ignored: "boolean",
		entries: "array" },
	"IVMD": { kind: "0x20|0x21|0x22", flags: "[string]", first: "string", last: "string",
		start: "address", end: "address" },
	"unknown": { kind: "string" }
};
def tables:
	has("document"; { tables: "array" }),
	(each("tables")
		| has("table"; { signature: "DMAR|IVRS|VIOT", revision: "number", length: "number",
			checksum_ok: "boolean", oem_id: "string", oem_table_id: "string",
			problems: "array", structures: "array" }; false),
		  (select(.signature == "DMAR") | has("table"; { host_address_width: "number",
			flags: "[string]" }; false)),
		  (select(.signature == "IVRS") | has("table"; { ivinfo: "object" }; false),
			(.ivinfo | has("ivinfo"; { efr_supported: "boolean", va_size: "number?",
				pa_size: "number?", gva_size: "number?",
				ht_ats_reserved: "boolean" }; false))),
		  (each("problems") | has("problem"; { offset: "number", what: "string" }; false)),
		  (each("structures")
			| has("structure"; { type: "string", offset: "number", length: "number" }; false),
			  has("structure"; structure_keys[.type] // {}; false),
			  (each("scopes") | has("scope"; {
				type: "endpoint|bridge|ioapic|hpet|namespace|unknown",
				enumeration_id: "number", start_bus: "number", path: "[string]",
				device: "string?" }; false)),
			  (each("entries") | has("entry"; { type:
				"all|select|range|alias-select|alias-range|ext-select|ext-range|special|acpi-hid|unknown",
				first: "string?", last: "string?", alias: "string?",
				data: "string?", handle: "number?", variety: "string?",
				hid: "string?", uid: "string?" }; false))));

# The first key names the array; three commands have "groups", and explain has "devices" as bind.
def document:
	if type != "object" then "no object"
	elif keys_unsorted[0] == "groups" then if has("common") then regions
		elif has("why_empty") then groups else set_domain end
	elif keys_unsorted[0] == "devices" then if any(.devices[]?; has("obstacles")) then explain
		else changes end
	elif keys_unsorted[0] == "conflicts" then conflicts
	elif keys_unsorted[0] == "differences" then differences
	elif keys_unsorted[0] == "units" then gaw
	elif keys_unsorted[0] == "domains" then if has("pr260178") then freebsd_domains
		else domains end
	elif keys_unsorted[0] == "status" then status
	elif keys_unsorted[0] == "tables" then tables
	elif keys_unsorted[0] == "tests" or keys_unsorted[0] == "bench" then map_test
	elif keys_unsorted[0] == "pairs" then p2p_test
	elif keys_unsorted[0] == "checks" then checks
	elif keys_unsorted[0] == "columns" then columns
	else "the first key is \"\(keys_unsorted[0])\": no document of the contract has that" end;

inputs | "\(input_filename): \(document)"
