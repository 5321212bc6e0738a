#!/bin/sh
# What the guest agent calls to shut down (-P, -H) or to reboot (-r): services stop, everything is written and unmounted.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
last=o
for word in "$@"; do [ "$word" = -r ] && last=b; done
(
    /usr/lib/belay/appliance stop
    sync
    for place in /external /data; do mountpoint -q $place && { umount $place || mount -o remount,ro $place; }; done
    # Nothing may hold the root disk open for writing, but this shell and process 1 only read it.
    mount -o remount,ro / || echo u >/proc/sysrq-trigger
    echo $last >/proc/sysrq-trigger
) </dev/null >/dev/console 2>&1 &
