#!/bin/sh
# What the guest agent calls to shut down (-P, -H) or to reboot (-r): services stop, everything is written and unmounted.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
last=o
for word in "$@"; do [ "$word" = -r ] && last=b; done
(
    /usr/lib/belay/appliance stop
    sync
    for place in /external /data; do
        mountpoint -q $place || continue
        # A program that has answered that it stops may still have a file open for a moment.
        tries=0
        until umount $place || [ $tries -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
    done
    # Nothing may hold the root disk open for writing, but this shell and process 1 only read it.
    mount -o remount,ro / || echo u >/proc/sysrq-trigger
    echo $last >/proc/sysrq-trigger
) </dev/null >/dev/console 2>&1 &
