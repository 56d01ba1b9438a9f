#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ask.bash PROGRAM FILE SYSTEM: what completions/iommutool.bash offers, for check-docs; FILE lists the
# commands.
program=$1
OSTYPE=$3
# shellcheck source=/dev/null
source completions/iommutool.bash || exit 1
compopt() { :; } # works only while readline completes

# ask COMMAND KIND WORD...: the words of a line, completed at the last one.
ask() {
	local command=$1 kind=$2
	shift 2
	COMP_WORDS=("$program" "$@") COMP_CWORD=$# COMP_LINE="$program $*" COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
	COMP_POINT=${#COMP_LINE} COMPREPLY=()
	_iommutool iommutool "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
	((${#COMPREPLY[@]} == 0)) || printf -- "$command $kind %s\n" "${COMPREPLY[@]}"
}

complete -p iommutool >/dev/null || exit 1
ask - commands ''
ask - options --
while read -r command; do
	ask "$command" options "$command" --
	"$program" "$command" --list-columns &>/dev/null || continue # it has no -o: files would be offered
	ask "$command" columns "$command" -o ''
done <"$2"
ask bind guards bind --force=
