#!/usr/bin/env -S zsh -f
# SPDX-License-Identifier: GPL-2.0-or-later
# ask.zsh PROGRAM FILE SYSTEM: what completions/_iommutool offers, for check-docs; FILE lists the
# commands.
# zsh completes only at a terminal, so its own functions are replaced by ones that print.
program=$1
OSTYPE=$3
zsh -n completions/_iommutool || exit 1
typeset -g asked kind

# Specs are "(exclusions)--name=[text]:...", "-n[text]".
_arguments() {
	local spec
	if [[ $1 == -C && $asked != - ]]; then # the first look at the line: it names a command
		state=rest
		shift words
		return 1
	fi
	for spec; do
		[[ $spec =~ '^(\([^)]*\))?(--[a-z][a-z0-9-]*)=?\[' ]] && print -r -- "$asked options $match[2]"
	done
	[[ $asked == - ]] && _iommutool_commands all
	return 0
}
_describe() {
	local word array
	for word; do [[ $word == found ]] && array=found; done
	[[ -n $array ]] && for word in "${(@P)array}"; do print -r -- "$asked $kind ${word%%:*}"; done
	return 0
}
_values() { # of those only what --force is given is asked for: -s , guard NAME...
	[[ $3 == guard ]] && print -rl -- "$asked $kind "${^@[4,-1]}
	return 0
}
_files() { :; }
_message() { :; }
compset() { return 1; }

ask() {
	asked=$1 kind=$2
	shift 2
	words=("$program" "$@" '') CURRENT=$#words
	source completions/_iommutool
}

ask - commands
while read -r command; do
	ask $command options $command
	asked=$command kind=columns
	PREFIX= all=("$program" $command) words=($command)
	_iommutool_columns
done <$2
asked=bind kind=guards
_iommutool_value force
