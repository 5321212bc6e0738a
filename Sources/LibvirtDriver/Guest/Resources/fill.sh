#!/bin/sh
# fill FOLDER LEAVING: lets a log file grow until only LEAVING bytes are free on the file system of FOLDER.
sync -f "$1"
number=0
while [ $number -lt 40 ]; do
    left=$(($(stat -f -c '%a * %S' "$1") - $2))
    [ $left -lt 4096 ] && break
    # Extents need room too: what does not fit whole is tried by halves.
    until fallocate -l $left "$1/debug.log.$number" 2>/dev/null; do
        left=$((left / 2))
        [ $left -lt 4096 ] && break
    done
    number=$((number + 1))
done
sync -f "$1"
[ $(($(stat -f -c '%a * %S' "$1") - $2)) -lt 65536 ]
