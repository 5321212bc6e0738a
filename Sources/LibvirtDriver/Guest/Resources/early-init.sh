#!/bin/busybox sh
# Process 1 of the initial file system: loads the drivers, notes what each journal will have to replay, mounts the disks
# and hands over. All of it runs from one static program, which starts ten times faster than a dynamic one.
# The kernel's command line says which guest this is (belay.guest=tiny or debian) and, after vda with the root disk,
# which disks there are (belay.data=vdb, belay.external=vdc).
b=/bin/busybox
$b mount -t proc proc /proc
# The shell's own programs need no file where it finds itself by /proc, and most of them not even a start: an emulated
# processor is spared some thirty.
mkdir -p /run 2>/dev/null && b=''
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
$b mount -t tmpfs -o mode=0755 tmpfs /run
while read -r module; do $b insmod "/modules/$module"; done </modules/order
$b mkdir -p /run/belay /run/labapp /run/lock /dev/pts
$b mount -t devpts devpts /dev/pts
guest=tiny data='' external=''
read -r line </proc/cmdline
for word in $line; do
    case $word in
    belay.guest=*) guest=${word#*=} ;;
    belay.data=*) data=${word#*=} ;;
    belay.external=*) external=${word#*=} ;;
    esac
done
until [ -b /dev/vda ]; do $b usleep 20000; done

# look DISK USE: notes in /run/belay/journal.USE whether a mount of DISK will find something in its journal: the kernel
# says "recovery complete" for an empty journal too. Of the superblock, from byte 1120: the features (4 says that there
# is a journal to look at) and, from byte 1312, the first block of the journal; of that, at byte 28, where it starts.
look() {
    word=clean
    # shellcheck disable=SC2046
    set -- "$1" "$2" $($b od -An -v -t u4 -j 1120 -N 196 "/dev/$1")
    if [ $((${3:-0} & 4)) -ne 0 ]; then
        eval "first=\${51}"
        start=$($b dd if="/dev/$1" bs=4096 skip="$first" count=1 2>/dev/null | $b od -An -t x1 -j 28 -N 4)
        [ "$start" = ' 00 00 00 00' ] || word=replayed
    fi
    echo $word >"/run/belay/journal.$2"
}
look vda root
[ -z "$data" ] || look "$data" data

if [ "$guest" = tiny ]; then top='' root=/disk; else top=/newroot root=/newroot; fi
$b mount -t ext4 -o noatime /dev/vda $root || echo "no root disk"
[ -z "$data" ] || $b mount -t ext4 -o noatime "/dev/$data" $top/data || echo "no data disk"
[ -z "$external" ] || $b mount -t ext4 -o noatime "/dev/$external" $top/external || echo "no external disk"
until [ -n "$port" ] && [ -c "$port" ]; do
    for port in /dev/vport*p1; do :; done
    [ -c "$port" ] || $b usleep 20000
done
echo "$port" >/run/belay/port
b=/bin/busybox # /proc goes, and with it what the shell finds itself by

if [ "$guest" = tiny ]; then
    $b --install -s /bin
    # The guest agent sets the time only where it can set a hardware clock as well.
    printf '#!/bin/busybox true\n' >/sbin/hwclock
    chmod 755 /sbin/hwclock
    export PATH=/bin:/sbin
    qemu-ga -m virtio-serial -p "$port" -F/bin/freeze-hook -d
    while :; do
        sleep 3600 &
        wait $!
    done
fi
for place in proc sys dev run; do $b mount --move /$place /newroot/$place; done
exec $b switch_root /newroot /usr/lib/belay/init
