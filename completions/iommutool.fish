# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion of iommutool.
#
# Commands, options and columns are asked of the program, so a new command needs nothing here
# unless its arguments are of a new kind. Devices, groups, units and drivers are those of the
# machine, or of the capture that -s names.

# The words of the line from the program on, whatever runs it (sudo); with pc those before the cursor.
function __iommutool_words
    set -l words (commandline -o"$argv" 2>/dev/null)
    while set -q words[1]; and not string match -qr '(^|/)iommutool$' -- $words[1]
        set -e words[1]
    end
    printf '%s\n' $words
end

# Runs the program that stands on the line, silently.
function __iommutool_run
    set -l program (__iommutool_words pc)[1]
    test -n "$program"; or set program iommutool
    set program (string replace -r '^~/' "$HOME/" -- $program)
    ARGP_HELP_FMT=rmargin=1000 command $program $argv 2>/dev/null </dev/null
end

# The same on the machine that the line is about.
function __iommutool_ask
    set -l words (__iommutool_words)
    set -l sysroot
    for i in (seq 2 (count $words))
        if string match -qr '^(--sysroot|-[A-Za-z]*s)$' -- $words[$i]
            set sysroot $words[(math $i + 1)]
        else if string match -qr '^--sysroot=' -- $words[$i]
            set sysroot (string replace -r '^--sysroot=' '' -- $words[$i])
        end
    end
    if test -n "$sysroot"
        set argv --sysroot=(string replace -r '^~/' "$HOME/" -- $sysroot | string unescape) $argv
    end
    __iommutool_run $argv
end

# The command and its operands: the words before the cursor that belong to no option.
function __iommutool_operands
    set -l skip 0
    for word in (__iommutool_words pc)[2..-1]
        if test $skip = 1
            set skip 0
        else if string match -qr '^(--sysroot|--color|--output|-[A-Za-z]*[so])$' -- $word
            set skip 1
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

# Whether the command is one of these.
function __iommutool_is
    set -l command (__iommutool_operands)[1]
    contains -- "$command" $argv
end

# Whether the command is this one and has no operand yet.
function __iommutool_is_bare
    set -l words (__iommutool_operands)
    test "$words" = $argv[1]
end

# What is being typed, without the option that it may belong to.
function __iommutool_token
    commandline -ct | string replace -r '^--[a-z-]*=|^-[A-Za-z]*o(?=[A-Z+])' ''
end

# The list so far stays; what is in it, or shown anyway, is not offered.
function __iommutool_columns
    set -l typed (__iommutool_token | string upper)
    set -l list (string match -r '^\+?(?:.*,)?' -- $typed)
    set -l taken (string split , -- (string replace '+' '' -- $list))
    set -l modes (string match -r -- '^--(?:usable|common|list|bench)$' (__iommutool_words))
    if __iommutool_is resv-regions; and string match -qr -- '^--(fits|plan)' (__iommutool_words)
        set modes --fits=0+1
    end
    set list $list[1]
    __iommutool_run (__iommutool_operands)[1] $modes --list-columns -r --noheadings | while read -l -d ' ' name level type default meaning
        contains -- $name $taken; and continue
        string match -q '+*' -- "$list"; and test "$default" = yes; and continue
        printf '%s%s\t%s\n' "$list" $name (string replace -a '\x20' ' ' -- $meaning)
    end
end

# The list so far stays.
function __iommutool_checks
    set -l list (string match -r '^(?:.*,)?' -- (__iommutool_token))
    __iommutool_run (__iommutool_operands)[1] --list -ro NAME --noheadings | string replace -r '^' "$list"
end

# Asks for two columns: a candidate and its description.
function __iommutool_described
    __iommutool_ask $argv | string match -v -- '-*' | string replace ' ' \t | string replace -a '\x20' ' '
end

function __iommutool_devices
    __iommutool_described groups --all -rno DEVICE,NAME
end

# Devices that can be tested.
function __iommutool_testable
    __iommutool_described groups --driver=vfio-pci -rno DEVICE,NAME
end

function __iommutool_groups
    __iommutool_ask groups -rno GROUP | string replace -r '$' '\tgroup'
end

function __iommutool_drivers
    __iommutool_ask groups --all -rno DRIVER | string match -v -- - | sort -u
end

function __iommutool_directories
    __fish_complete_directories (__iommutool_token) ''
end

# What --to and --force are given, by the system.
switch (uname)
    case FreeBSD
        set -g __iommutool_takers ppt
        set -g __iommutool_guards platform storage network display console iommu bhyve
    case '*'
        set -g __iommutool_takers vfio-pci pci-stub
        set -g __iommutool_guards platform memory mounted holders kdump resume network display users console sriov group no-group driver twins
end

# Declares one option of a command ('' for the program): its letter, name, argument, description.
function __iommutool_declare
    set -l arguments -c iommutool -n "__iommutool_is '$argv[1]'" -l $argv[3] -d "$argv[5]"
    test -n "$argv[2]"; and set -a arguments -s $argv[2]
    if test -n "$argv[4]"
        switch $argv[3]
            case sysroot
                set -a arguments -x -a '(__iommutool_directories)'
            case plan file
                set -a arguments -r -F
            case color
                set -a arguments -x -a 'auto always never'
            case output
                set -a arguments -x -k -a '(__iommutool_columns)'
            case require
                set -a arguments -x -k -a '39 47 48 56 57 64'
            case type
                set -a arguments -x -k -a 'DMA DMA-FQ identity auto'
            case to
                set -a arguments -x -k -a "$__iommutool_takers"
            case force
                set -a arguments -x -k -a "$__iommutool_guards"
            case initiator target
                set -a arguments -x -k -a '(__iommutool_testable)'
            case backend
                set -a arguments -x -k -a 'type1 iommufd auto all'
            case only
                set -a arguments -x -k -a '(__iommutool_checks)'
            case driver
                set -a arguments -x -a '(__iommutool_drivers)'
            case class
                set -a arguments -x -a 'storage sata nvme network display multimedia audio memory bridge communication system input processor serial-bus usb smbus wireless encryption accelerator unassigned'
            case '*'
                set -a arguments -x
        end
    end
    complete $arguments
end

complete -c iommutool -e
complete -c iommutool -f

begin
    set -l tab \t
    set -l help (__iommutool_run --help)
    set -l names (__iommutool_run --list-commands)

    for name in $names
        set -l summary (string replace -rf "^  $name +" '' -- $help)
        complete -c iommutool -n "__iommutool_is ''" -a $name -d "$summary"
        complete -c iommutool -n '__iommutool_is_bare help' -a $name -d "$summary"
    end
    complete -c iommutool -n "__iommutool_is ''" -a help -d 'Options of the program or of a command'

    for command in '' $names
        set -l words $command
        test -n "$command"; or set words
        __iommutool_run $words --help | string replace -rf '^ {2,6}(?:-([A-Za-z]), )?--([a-z][a-z0-9-]*)(=\S+)?(?: +(.*))?$' "\$1$tab\$2$tab\$3$tab\$4" | while read -l line
            __iommutool_declare "$command" (string split $tab -- $line)
        end
    end

    # Arguments of the commands; devices for those that are not named here.
    for name in $names
        set -l arguments -c iommutool -k -n "__iommutool_is $name"
        switch $name
            case status monitor
            case tables
                complete $arguments -a 'DMAR IVRS VIOT'
            case capture
                complete -c iommutool -n '__iommutool_is_bare capture' -a '(__iommutool_directories)'
            case gaw
                complete $arguments -a '(__iommutool_described gaw -rno UNIT,KIND)'
                complete $arguments -a '(__iommutool_described gaw -rno DEVICE,UNIT)'
            case map-test p2p-test
                complete $arguments -a '(__iommutool_ask groups --driver=vfio-pci -rno GROUP)'
                complete $arguments -a '(__iommutool_testable)'
            case groups resv-regions domains set-domain
                complete $arguments -a '(__iommutool_groups)'
                complete $arguments -a '(__iommutool_devices)'
            case '*'
                complete $arguments -a '(__iommutool_devices)'
        end
    end
end
