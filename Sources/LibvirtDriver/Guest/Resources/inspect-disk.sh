#!/bin/sh
# inspect-disk IMAGE SNAPSHOT OUT PATH...: copies the contents of a disk image (or of its internal SNAPSHOT, `-` for none),
# prints how a mount would find its file system (clean, replayed, corrupt), and dumps the PATHs, which need not be
# there, below OUT as a mount would show them. It works on the copy, which it removes: no mount, no root.
set -e
image=$1 snapshot=$2 out=$3
shift 3
copy=$out.raw
mkdir -p "$out"
trap 'rm -f "$copy" "$copy.commands" "$copy.log"' EXIT
if [ "$snapshot" = - ]; then
    qemu-img convert -U -O raw "$image" "$copy"
else
    qemu-img convert -U -l "snapshot.name=$snapshot" -O raw "$image" "$copy"
fi

word=clean
head=$(dumpe2fs -h "$copy" 2>/dev/null) || head=
case $head in
*needs_recovery*)
    case $(echo "$head" | sed -n 's/^Journal start: *//p') in
    0) ;;
    *) word=replayed ;;
    esac
    ;;
esac
status=0
e2fsck -fp "$copy" >"$copy.log" 2>&1 || status=$?
[ -n "$head" ] && [ $status -lt 4 ] || word=corrupt
for path in "$@"; do
    mkdir -p "$out${path%/*}"
    echo "rdump $path $out${path%/*}"
done >"$copy.commands"
# What is not there is not dumped, and an ordinary user cannot give files to others: both are as wanted.
debugfs -f "$copy.commands" "$copy" >"$copy.log" 2>&1 || true
chmod -R u+rwX "$out"
echo $word
