#!/bin/sh
# Process 1 of the Debian guest: starts the guest agent and the appliance, and reaps.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/root
read -r port </run/belay/port
# First, so that it is there when the agent is asked for it.
mkfifo /run/belay/door
/usr/lib/belay/keeper >/dev/console 2>&1 &
echo $! >/run/belay/keeper
qemu-ga -m virtio-serial -p "$port" -F/usr/lib/belay/freeze-hook -d
while :; do
    sleep 3600 &
    wait $!
done
