# SPDX-License-Identifier: GPL-2.0-or-later
# For against_iasl.sh: what `iommutool tables -J` says as lines TABLE STRUCTURE OFFSET FIELD VALUE.
# Numbers of up to four bytes are decimal, longer ones 16 digits of hexadecimal, as jq does not
# count that far.

def digit: if . >= 97 then . - 87 else . - 48 end;
def number:
	if type == "number" then .
	else ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + ($c | digit))
	end;
def long: ltrimstr("0x");
def device_id:
	capture("(?<bus>..):(?<device>..)\\.(?<function>.)$")
	| (.bus | number) * 256 + (.device | number) * 8 + (.function | number);
def flags($names):
	[.[] as $flag | $names | index($flag) // -1
	 | if . >= 0 then pow(2; .) else $flag | number end]
	| add // 0;

def ivhd_flags:
	["HT_TUN_EN", "PASS_PW", "RES_PASS_PW", "ISOC",
	 "IOTLB_SUP", "COHERENT", "PREF_SUP", "PPR_SUP"];
def ivmd_flags: ["UNITY", "IR", "IW", "EXCLUSION_RANGE"];
def table_flags: ["INTR_REMAP", "X2APIC_OPT_OUT", "DMA_CTRL_OPT_IN"];
def structure_types: {DRHD: 0, RMRR: 1, ATSR: 2, RHSA: 3, ANDD: 4, SATC: 5, SIDP: 6};
def scope_types: ["", "endpoint", "bridge", "ioapic", "hpet", "namespace"];

# Below, offsets are in the structure, which starts at $base.
def scope($base):
	(.offset - $base) as $at
	| [$at, "scope_type",
	   (.type as $type | if .kind then .kind | number else scope_types | index($type) end)],
	  [$at + 1, "scope_length", 6 + 2 * (.path | length)],
	  [$at + 4, "enumeration_id", .enumeration_id],
	  [$at + 5, "start_bus", .start_bus],
	  (.path | to_entries[] | [$at + 6 + 2 * .key, "path", .value]);

def dmar:
	[0, "type", (.kind // structure_types[.type] | number)],
	[2, "length", .length],
	if .type == "DRHD" then
		[4, "flags", (.flags | flags(["INCLUDE_PCI_ALL"]))], [5, "size", .size],
		[6, "segment", .segment], [8, "address", (.address | long)]
	elif .type == "RMRR" then
		[6, "segment", .segment], [8, "start", (.start | long)], [16, "end", (.end | long)]
	elif .type == "ATSR" then
		[4, "flags", (.flags | flags(["ALL_PORTS"]))], [6, "segment", .segment]
	elif .type == "SATC" then
		[4, "flags", (.flags | flags(["ATC_REQUIRED"]))], [6, "segment", .segment]
	elif .type == "SIDP" then
		[6, "segment", .segment]
	elif .type == "RHSA" then
		[8, "address", (.address | long)], [16, "proximity_domain", .proximity_domain]
	elif .type == "ANDD" then
		[7, "device_number", .device_number], [8, "name", .name]
	else
		empty
	end,
	(.offset as $base | .scopes // [] | .[] | scope($base));

def variety: if . == "ioapic" then 1 elif . == "hpet" then 2 else number end;

# A range is two entries to iasl; its end is the last four bytes.
def entry($base):
	(.offset - $base) as $at
	| ($at + .length - 4) as $to
	| [$at, "entry_type", (.kind | number)],
	  (select(.type != "unknown") | [$at + 3, "data", (.data | number)]),
	  (select(.type | IN("all", "special", "unknown") | not)
	   | [$at + 1, "device_id", (.first | device_id)]),
	  (select(.alias) | [$at + 5, "source", (.alias | device_id)]),
	  (select(.extended) | [$at + 4, "extended", (.extended | number)]),
	  (select(.type == "special")
	   | [$at + 4, "handle", .handle], [$at + 5, "source", (.first | device_id)],
	     [$at + 7, "variety", (.variety | variety)]),
	  (select(.type | endswith("range"))
	   | [$to, "entry_type", 4], [$to + 1, "device_id", (.last | device_id)]);

def ivrs:
	[0, "type", (.kind | number)],
	[2, "length", .length],
	if .type == "IVHD" then
		[1, "flags", (.flags | flags(ivhd_flags))], [4, "iommu", (.iommu | device_id)],
		[6, "capability", .capability_offset], [8, "address", (.address | long)],
		[16, "segment", .segment], [18, "info", (.info | number)],
		[20, "features", (.features | number)],
		(select(.efr) | [24, "efr", (.efr | long)], [32, "efr2", (.efr2 | long)]),
		(.offset as $base | .entries[] | entry($base))
	elif .type == "IVMD" then
		[1, "flags", (.flags | flags(ivmd_flags))],
		[16, "start", (.start | long)], [24, "end", (.end | long)],
		(select(.kind != "0x20") | [4, "iommu", (.first | device_id)]),
		(select(.kind == "0x22") | [6, "last", (.last | device_id)])
	else
		[1, "flags", (.flags | flags([]))]
	end;

def fixed:
	[4, "table_length", .length],
	[8, "revision", .revision],
	if .signature == "DMAR" then
		[36, "width", .host_address_width - 1], [37, "flags", (.flags | flags(table_flags))]
	elif .signature == "IVRS" then
		[36, "ivinfo", (.ivinfo.value | number)]
	else
		empty
	end;

def structures($signature):
	.structures[]
	| .offset as $base
	| if $signature == "DMAR" then dmar else ivrs end
	| [$base, .[0] + $base, .[1], .[2]];

(input_filename | capture("(?<name>[0-9]+)\\.json$").name) as $name
| .tables[]
| .signature as $signature
| (fixed | [0] + .), (select($signature != "VIOT") | structures($signature))
| [$name] + .
| map(tostring)
| join(" ")
