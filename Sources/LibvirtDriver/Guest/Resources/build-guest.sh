#!/bin/sh
# build-guest BASE PACKAGE OUT APPLIANCE VERSION DATABASE LEDGER: makes OUT/root.ext4 from BASE/root.tar with PACKAGE
# installed, and the disks with its database: DATABASE is the folder in the guest (/data or /external and below), LEDGER
# a file on the root disk or nothing. OUT/data.ext4 is made when DATA_DISK is set, and BUSYBOX is a static busybox. Runs
# in a folder with the guest's scripts, under fakeroot.
set -e
base=$1 package=$2 out=$3 appliance=$4 version=$5 database=$6 ledger=$7
root=$out/rootfs
rm -rf "$root"
mkdir -p "$root"
echo "installing labapp $version for $appliance"
tar -xf "$base/root.tar" -C "$root" --exclude='./dev/*'

mkdir -p "$root/usr/lib/belay/shim" "$root/etc/labapp" "$root/data" "$root/external" "$root/var/lib/labapp/upgrade"
for script in fill upgrade init; do install -m 755 "$script.sh" "$root/usr/lib/belay/$script"; done
# What runs often is run by a static program, which starts ten times faster than one that looks for its libraries: the
# shell with the small programs that scripts call, and `rm` where dpkg calls it.
install -m 755 "$BUSYBOX" "$root/usr/lib/belay/busybox"
ln -sf /usr/lib/belay/busybox "$root/usr/bin/sh"
ln -s ../busybox "$root/usr/lib/belay/shim/rm"
for script in step stand-still freeze-hook; do install -m 755 "$script.sh" "$root/usr/lib/belay/$script"; done
install -m 755 appliance.sh "$root/usr/lib/belay/appliance"
install -m 755 keeper.pl "$root/usr/lib/belay/keeper"
install -m 644 facts.pl means.pl "$root/usr/lib/belay/"
install -m 755 dpkg-deb.sh "$root/usr/lib/belay/shim/dpkg-deb"
install -m 755 dpkg-deb-stream.pl "$root/usr/lib/belay/dpkg-deb-stream"
install -m 755 shutdown.sh "$root/usr/sbin/shutdown"
# The guest agent sets the time only where it can set a hardware clock as well, of which this machine needs none.
printf '#!/usr/lib/belay/busybox true\n' >"$root/usr/sbin/hwclock"
chmod 755 "$root/usr/sbin/hwclock"
addresses=/etc/labapp/address.conf
[ "$appliance" = circleci-services ] && addresses=/etc/default/replicated # CCI-010
cat >"$root/etc/labapp/labapp.conf" <<CONF
appliance=$appliance
configured_for=
database=$database
ledger=$ledger
address_file=$addresses
notes_migrations=$([ "$appliance" = generic ] && echo no || echo yes)
CONF
dpkg --root="$root" --force-not-root --force-script-chrootless -i "$package" >"$out/log" 2>&1 || { cat "$out/log" >&2; exit 1; }
[ -z "$ledger" ] || : >"$root$ledger"

# make_disk NAME TREE SIZE
make_disk() { mke2fs -q -F -t ext4 -b 4096 -m 0 -E lazy_itable_init=0,lazy_journal_init=0 -J size=8 -L "belay-$1" -d "$2" "$out/$1.ext4" "$3" >/dev/null; }

case $database in
/external*) tree=$out/external place=$out/external/${database#/external/} ;;
*) tree=$out/data place=$out/data/${database#/data/} ;;
esac
mkdir -p "$out/data/labapp" "$place"
sed "s/@SCHEMA@/$(echo "$version" | cut -d. -f1,2)/g" schema.sql | sqlite3 -batch "$place/app.db" >/dev/null
[ "$tree" = "$out/external" ] && make_disk external "$tree" 64M
if [ -n "$DATA_DISK" ]; then make_disk data "$out/data" 192M; else cp -R "$out/data/." "$root/data/"; fi
make_disk root "$root" 384M
rm -rf "$root" "$out/data" "$out/external" "$out/log"
