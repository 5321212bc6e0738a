#!/bin/bash
# way-back WORK ROOT DATA PACKAGE VERSION: the whole way back of a real machine by virsh alone.
# A machine with these disks, as WORK/domain.xml describes it, is booted, snapshotted, upgraded so that it fails, reverted
# and looked at, in WORK, a folder
# with a short path; the milliseconds of each step are printed. The daemon that keeps the connection to QEMU is started
# before the clock is, and nothing is polled less often than each 10 ms.
set -eu
work=$1 root=$2 data=$3 package=$4 version=$5
name=way-back address="qemu+unix:///session?socket=$work/sock/libvirt-sock"

v() { virsh --quiet --connect "$address" "$@"; }

# agent COMMAND: the agent's answer; an agent that does not listen is asked again, as an emulated guest has pauses.
agent() {
    while :; do
        reply=$(v qemu-agent-command $name "$1" --timeout 10 2>/dev/null) || reply=
        case $reply in *'"return"'*) break ;; esac
        sleep 0.01
    done
    printf '%s' "$reply"
}

# guest INPUT WORD...: has the appliance do a command; INPUT is what it reads, in base64.
guest() {
    input=$1
    shift
    words=$(printf ',"%s"' "$@")
    [ -z "$input" ] || input=",\"input-data\":\"$input\""
    arguments="\"path\":\"/usr/lib/belay/appliance\",\"arg\":[${words#,}],\"capture-output\":true$input"
    pid=$(agent "{\"execute\":\"guest-exec\",\"arguments\":{$arguments}}")
    pid=${pid##*:} pid=${pid%%\}*}
    while :; do
        status=$(agent "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":$pid}}")
        case $status in *'"exited":true'*) break ;; esac
        sleep 0.01
    done
    case $status in *out-data*) status=${status#*out-data\":\"} ;; *) return ;; esac
    printf '%s' "${status%%\"*}" | base64 -d
}

# mark STEP: prints the milliseconds since the last mark.
mark() {
    now=$(date +%s%N)
    [ "$1" = start ] || echo "$1 $(((now - last) / 1000000))"
    last=$now
}

mkdir -p "$work/sock" "$work/run" "$work/cache/libvirt/qemu" "$work/config/libvirt"
printf 'unix_sock_dir = "%s/sock"\nauth_unix_rw = "none"\n' "$work" >"$work/libvirtd.conf"
printf 'stdio_handler = "file"\nsecurity_driver = "none"\nnamespaces = [ ]\n' >"$work/config/libvirt/qemu.conf"
# Root's daemon keeps its state where all of root's daemons do, so it is made to believe that it is a user's.
[ "$(id -u)" -ne 0 ] || pretend='unshare --user --map-user=1000 --map-group=1000'
# libvirt waits for QEMU until it is reaped, and not every machine's first process does that soon: as the driver's, this
# daemon has a parent to which orphans go (PR_SET_CHILD_SUBREAPER, by the number of prctl) and that reaps all of them.
reap='$_ = `uname -m`; syscall /aarch64/ ? 167 : 157, 36, 1, 0, 0, 0 and die "no reaping parent: $!\n";
    $child = fork // die "fork: $!\n"; exec @ARGV if !$child;
    for (;;) { $ended = wait; exit if $ended == $child || $ended < 0 && !$!{EINTR} }'
env HOME="$work" XDG_RUNTIME_DIR="$work/run" XDG_CONFIG_HOME="$work/config" XDG_CACHE_HOME="$work/cache" \
    XDG_DATA_HOME="$work/run" perl -e "$reap" ${pretend-} libvirtd -f "$work/libvirtd.conf" -p "$work/pid" \
    >"$work/log" 2>&1 &
daemon=$!
trap 'v destroy $name >/dev/null 2>&1 || true; v undefine $name --snapshots-metadata >/dev/null 2>&1 || true; kill -KILL "$(cat "$work/pid")"; wait $daemon || true' EXIT
until v capabilities >/dev/null 2>&1; do sleep 0.1; done

mark start
qemu-img create -q -f qcow2 -b "$root" -F raw "$work/vda.qcow2"
qemu-img create -q -f qcow2 -b "$data" -F raw "$work/vdb.qcow2"
v define "$work/domain.xml"
v start $name
agent '{"execute":"guest-ping"}' >/dev/null
until guest '' status | grep -q '"isHealthy":true'; do sleep 0.01; done
mark boot
before=$(guest '' facts)
mark look
v snapshot-create-as $name before
mark snapshot
guest "$(base64 -w 0 "$package")" upgrade "$version" migrate 2 error - | grep -q '"succeeded":false'
mark upgrade
[ "$(guest '' facts)" != "$before" ]
mark look
v snapshot-revert $name before
agent "{\"execute\":\"guest-set-time\",\"arguments\":{\"time\":$(date +%s%N)}}" >/dev/null
mark revert
[ "$(guest '' facts)" = "$before" ] || { echo 'the machine did not come back' >&2; exit 1; }
mark look
v destroy $name
v undefine $name --snapshots-metadata
rm "$work/vda.qcow2" "$work/vdb.qcow2"
mark removal
