#!/usr/bin/env fish
# SPDX-License-Identifier: GPL-2.0-or-later
# ask.fish PROGRAM FILE SYSTEM: what completions/iommutool.fish offers, for check-docs; FILE lists the
# commands.
set -x PATH (dirname $argv[1]) $PATH # it is asked for the options when the file is read
function uname
    test "$system" = freebsd; and echo FreeBSD; or echo Linux
end
set -g system $argv[3]
source completions/iommutool.fish; or exit 1

# ask COMMAND KIND LINE
function ask
    for line in (complete -C "$argv[3]")
        echo $argv[1] $argv[2] (string split -f 1 \t -- $line)
    end
end

ask - commands 'iommutool '
ask - options 'iommutool --'
for command in (cat $argv[2])
    ask $command options "iommutool $command --"
    # Only a command with columns has -o; elsewhere fish would offer files.
    iommutool $command --list-columns >/dev/null 2>&1
    and ask $command columns "iommutool $command -o "
end
for line in (complete -C 'iommutool bind --force=')
    echo bind guards (string split -f 1 \t -- $line | string replace -- --force= '')
end
exit 0
