#!/bin/sh
# dpkg-deb as dpkg calls it during an upgrade: the real one, unless the plan is to fail in the unpacking.
real=/usr/bin/dpkg-deb
[ "$1" = --fsys-tarfile ] && read -r phase number cause 2>/dev/null </run/belay/plan && [ "$phase" = unpack ] || exec $real "$@"
exec /usr/lib/belay/dpkg-deb-stream "$number" "$cause" "$@"
