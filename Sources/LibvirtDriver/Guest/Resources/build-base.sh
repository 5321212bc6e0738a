#!/bin/sh
# build-base OUT: makes OUT/root.tar, a small Debian with dpkg, SQLite and the guest agent. Needs no root.
set -e
out=$1
suite=$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME" || echo bookworm)
echo "unpacking Debian $suite"
mmdebstrap --quiet --variant=essential --mode=fakechroot --include=mount,sqlite3,qemu-guest-agent \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --aptopt='Acquire::Retries "5"' --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    "$suite" "$out/root.tar"
