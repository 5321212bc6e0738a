#!/bin/sh
# step PHASE N WHAT [later]: called by the upgrade and by the package's own scripts before each of their operations.
# It keeps a record of the upgrade, and makes the operation fail when that is the plan (/run/belay/plan: PHASE N CAUSE).
# With `later` the operation itself stands still in its middle when the power is to fail there.
record=/var/lib/labapp/upgrade
echo "$1: $3"
if read -r phase number cause 2>/dev/null </run/belay/plan && [ "$1 $2" = "$phase $number" ]; then
    case $cause in
    error)
        echo "$1: $3: failed with exit status 1" >&2
        exit 1
        ;;
    declined)
        echo "$1: $3: the answer was no (GHES-008)" >&2
        exit 1
        ;;
    disk-full)
        place=/var/log
        [ "$1" = migrate ] && place=$(sed -n 's/^database=//p' /etc/labapp/labapp.conf)
        /usr/lib/belay/fill "$place" 0
        ;;
    power-loss) [ "$4" = later ] || /usr/lib/belay/stand-still "$1 $2" ;;
    esac
fi
echo "$3" >"$record/$1.$2" || exit 1
