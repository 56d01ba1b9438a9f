# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of iommutool.
#
# Commands, options and columns are asked of the program that stands on the line, so a new command
# needs nothing here unless its arguments are of a new kind. Devices, groups, units and drivers are
# those of the machine, or of the capture that -s names; a capture can hold any name, so candidates
# never go through compgen -W, which would expand them.

# Runs the program, silently.
_iommutool_run() {
	ARGP_HELP_FMT=rmargin=1000 "${words[0]/#\~\//$HOME/}" "$@" 2>/dev/null </dev/null
}

# The same on the machine that the line is about.
_iommutool_ask() {
	_iommutool_run ${sysroot:+--sysroot="$sysroot"} "$@"
}

# Fills words and cword: the line as it was before readline broke it at ':' and '='.
_iommutool_split() {
	local i word rest line=$COMP_LINE joins=''

	words=() cword=0
	for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
		word=${COMP_WORDS[i]}
		rest=${line#"${line%%[![:blank:]]*}"}
		if ((i > 0)) && [[ $rest == "$line" && ($joins || $word == [:=]*) ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
		line=${rest#"$word"}
		[[ $word == *[!:=]* || ! $word ]] && joins='' || joins=1
		((i == COMP_CWORD)) && cword=$((${#words[@]} - 1))
	done
}

# Fills options, and takes: from -X and --option to the long name of each that has an argument.
_iommutool_options() {
	local line

	options=() takes=()
	while IFS= read -r line; do
		[[ $line =~ ^\ {2,6}(-([A-Za-z]),\ )?(--[a-z][a-z0-9-]*)(=?) ]] || continue
		options+=("${BASH_REMATCH[3]}${BASH_REMATCH[4]}")
		[[ ${BASH_REMATCH[4]} ]] || continue
		takes[${BASH_REMATCH[3]}]=${BASH_REMATCH[3]}
		[[ ${BASH_REMATCH[2]} ]] && takes[-${BASH_REMATCH[2]}]=${BASH_REMATCH[3]}
	done < <(_iommutool_run ${command:+"$command"} --help)
}

# What a word says about option arguments: sets option to the long name of the option that has
# one (else empty). If the word holds it too, inside is set, before to what stands in front of the
# argument and value to the argument.
_iommutool_option() {
	local word=$1 i letters

	option='' before='' value='' inside=''
	if [[ $word == --*=* ]]; then
		before=${word%%=*}= value=${word#*=} inside=1
		option=${takes[${word%%=*}]-}
	elif [[ $word == --* ]]; then
		option=${takes[$word]-}
	elif [[ $word == -?* ]]; then
		letters=${word#-}
		for ((i = 0; i < ${#letters}; i++)); do
			option=${takes[-${letters:i:1}]-}
			[[ $option ]] || continue
			((i + 1 < ${#letters})) &&
				before=-${letters:0:i+1} value=${letters:i+1} inside=1
			break
		done
	fi
}

# Fills command, sysroot and modes (options that change the columns) from the words before and
# behind the one at the cursor.
_iommutool_scan() {
	local i option before value inside

	command='' sysroot='' modes=() operands=0
	_iommutool_options
	for ((i = 1; i < ${#words[@]}; i++)); do
		((i == cword)) && continue
		if [[ ${words[i]} != -?* ]]; then
			if [[ ! $command ]]; then
				((i < cword)) || continue
				command=${words[i]}
				_iommutool_options
			elif ((i < cword)); then
				operands=$((operands + 1))
			fi
			continue
		fi
		[[ ${words[i]} == --@(usable|common|list|bench) ]] && modes+=("${words[i]}")
		_iommutool_option "${words[i]}"
		[[ $command$option == resv-regions--@(fits|plan) ]] && modes+=(--fits=0+1)
		if [[ $option && ! $inside ]]; then
			((++i == cword)) && continue
			value=${words[i]-}
		fi
		if [[ $option == --sysroot ]]; then
			sysroot=${value//[\"\'\\]/}
			sysroot=${sysroot/#\~\//$HOME/}
		fi
	done
}

# Adds those of the words that begin with $value, behind $before; none that a shell could mistake.
_iommutool_add() {
	local word

	for word; do
		[[ $word == "$value"* && $word == [A-Za-z0-9_+-]* && $word != *[!A-Za-z0-9_.:+=-]* ]] &&
			[[ $word != -* || $value == -* ]] && COMPREPLY+=("$before$word")
	done
}

_iommutool_add_lines() {
	local lines

	mapfile -t lines
	_iommutool_add "${lines[@]}"
}

# The list so far stays; what is in it, or shown anyway, is not offered.
_iommutool_columns() {
	local list='' column default

	value=${value^^}
	[[ $value == +* ]] && list=+ value=${value#+}
	[[ $value == *,* ]] && list+=${value%,*}, value=${value##*,}
	before+=$list
	while read -r column _ _ default _; do
		[[ ,${list#+} == *,"$column",* || $list$default == +*yes ]] ||
			_iommutool_add "$column"
	done < <(_iommutool_run "$command" "${modes[@]}" --list-columns -r --noheadings)
	compopt -o nospace
}

# The list so far stays.
_iommutool_checks() {
	[[ $value == *,* ]] && before+=${value%,*}, value=${value##*,}
	_iommutool_add_lines < <(_iommutool_run "$command" --list -ro NAME --noheadings)
	compopt -o nospace
}

_iommutool_files() {
	local kind=$1 name

	compopt -o filenames
	while IFS= read -r name; do
		COMPREPLY+=("$before$name")
	done < <(compgen "$kind" -- "$value")
}

# 01:00.0 stands for 0000:01:00.0.
_iommutool_devices() {
	local devices

	mapfile -t devices
	_iommutool_add "${devices[@]}"
	[[ $value && ${#COMPREPLY[@]} -eq 0 ]] && _iommutool_add "${devices[@]#0000:}"
}

# The argument of an option.
_iommutool_value() {
	case $option in
	--sysroot) _iommutool_files -d ;;
	--plan | --file) _iommutool_files -f ;;
	--color) _iommutool_add auto always never ;;
	--output) _iommutool_columns ;;
	--require) _iommutool_add 39 47 48 56 57 64 ;;
	--type) _iommutool_add DMA DMA-FQ identity auto ;;
	--to)
		case $OSTYPE in
		freebsd*) _iommutool_add ppt ;;
		*) _iommutool_add vfio-pci pci-stub ;;
		esac
		;;
	--initiator | --target)
		_iommutool_devices < <(_iommutool_ask groups --driver=vfio-pci -rno DEVICE)
		[[ $option == --initiator ]] || compopt -o nospace # :BAR may follow
		;;
	--backend) _iommutool_add type1 iommufd auto all ;;
	--only) _iommutool_checks ;;
	--force)
		case $OSTYPE in
		freebsd*) _iommutool_add platform storage network display console iommu bhyve ;;
		*)
			_iommutool_add platform memory mounted holders kdump resume network \
				display users console sriov group no-group driver twins
			;;
		esac
		;;
	--driver) _iommutool_add_lines < <(_iommutool_ask groups --all -rno DRIVER | sort -u) ;;
	--class)
		_iommutool_add storage sata nvme network display multimedia audio memory bridge \
			communication system input processor serial-bus usb smbus wireless \
			encryption accelerator unassigned
		;;
	esac
}

_iommutool_operand() {
	case $command in
	'') _iommutool_add_lines < <(_iommutool_run --list-commands && echo help) ;;
	help) ((operands == 0)) && _iommutool_add_lines < <(_iommutool_run --list-commands) ;;
	capture) ((operands == 0)) && _iommutool_files -d ;;
	tables) _iommutool_add DMAR IVRS VIOT ;;
	status | monitor) ;;
	gaw)
		_iommutool_devices < <(_iommutool_ask gaw -rno DEVICE)
		_iommutool_add_lines < <(_iommutool_ask gaw -rno UNIT)
		;;
	groups | resv-regions | domains | set-domain)
		_iommutool_devices < <(_iommutool_ask groups --all -rno DEVICE)
		_iommutool_add_lines < <(_iommutool_ask groups -rno GROUP)
		;;
	map-test | p2p-test)
		_iommutool_devices < <(_iommutool_ask groups --driver=vfio-pci -rno DEVICE)
		_iommutool_add_lines < <(_iommutool_ask groups --driver=vfio-pci -rno GROUP)
		;;
	*) _iommutool_devices < <(_iommutool_ask groups --all -rno DEVICE) ;;
	esac
}

_iommutool() {
	local words cword command sysroot modes operands options option before value inside breaks='' i
	local -A takes

	COMPREPLY=()
	_iommutool_split
	if ((cword > 1)) && [[ ${words[cword - 1]} =~ ^[0-9]*(\<|\>\>?|\>\||\&\>\>?)$ ]]; then
		before='' value=${words[cword]}
		_iommutool_files -f
		return 0
	fi
	_iommutool_scan

	# The argument of an option may be a word of its own, or stand in the option's word.
	_iommutool_option "${words[cword - 1]}"
	if ((cword > 1)) && [[ $option && ! $inside ]]; then
		before='' value=${words[cword]}
		_iommutool_value
	else
		_iommutool_option "${words[cword]}"
		if [[ $inside ]]; then
			_iommutool_value
		else
			before='' value=${words[cword]}
			if [[ $value == -* ]]; then
				_iommutool_add "${options[@]}"
				[[ ${COMPREPLY-} == *= ]] && compopt -o nospace
			else
				_iommutool_operand
			fi
		fi
	fi

	# readline replaces only what is behind the last place where it broke the word.
	[[ $COMP_WORDBREAKS == *:* ]] && breaks+=':'
	[[ $COMP_WORDBREAKS == *=* ]] && breaks+='='
	[[ $breaks && ${words[cword]} == *["$breaks"]* ]] || return 0
	before=${words[cword]%"${words[cword]##*["$breaks"]}"}
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=${COMPREPLY[i]#"$before"}
	done
}

complete -o nosort -F _iommutool iommutool
