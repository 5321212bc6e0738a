#!/bin/sh
# build-package VERSION OUT: makes OUT, the Debian package labapp of a version. Runs in a folder with its sources.
set -e
version=$1
work=$2.work
mkdir -p "$work/DEBIAN" "$work/usr/lib/labapp/assets"
cat >"$work/DEBIAN/control" <<CONTROL
Package: labapp
Version: $version
Architecture: all
Maintainer: Belay <belay@localhost>
Depends: sqlite3, perl-base
Description: sample application that is upgraded
 Keeps records and background jobs in a database.
CONTROL
install -m 755 prerm.sh "$work/DEBIAN/prerm"
install -m 755 postinst.sh "$work/DEBIAN/postinst"
install -m 755 labappd.pl "$work/usr/lib/labapp/labappd"
echo "$version" >"$work/usr/lib/labapp/VERSION"
for part in 1 2 3 4 5 6; do # Something to unpack, of which no two versions have the same.
    seq -f "labapp $version part $part line %06g" 180 >"$work/usr/lib/labapp/assets/part-$part"
done
chmod -R u=rwX,go=rX "$work"
find "$work" -exec touch -h -d @0 {} +
dpkg-deb --root-owner-group -Znone -b "$work" "$2" >/dev/null
rm -rf "$work"
