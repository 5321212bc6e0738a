#!/bin/sh
# build-kernel OUT: downloads a kernel, busybox and the guest agent's packages, and makes OUT/kernel and the initial file
# systems OUT/initrd.debian and OUT/initrd.tiny. Runs in a folder with the guest's scripts beside it; needs no root.
set -e
scripts=$(pwd)
out=$1
work=$out/work
mkdir -p "$work/packages" "$work/unpacked"
arch=$(dpkg --print-architecture)

echo "downloading the kernel, busybox and the guest agent"
image=$(apt-cache depends "linux-image-cloud-$arch" 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9]\)/\1/p' | head -n 1)
[ -n "$image" ] || { echo "apt knows no linux-image-cloud-$arch: is there a Debian archive in its sources, and was 'apt-get update' run?" >&2; exit 1; }
libraries=$(apt-cache depends --recurse --important qemu-guest-agent | sed -n 's/^\(lib[^ :]*\)$/\1/p' | sort -u)
# shellcheck disable=SC2086
(cd "$work/packages" && apt-get download -q -o Acquire::Retries=5 "$image" busybox-static qemu-guest-agent $libraries >"$work/log" 2>&1) ||
    { cat "$work/log" >&2; exit 1; }
for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$work/unpacked"; done
cp "$work"/unpacked/boot/vmlinuz-* "$out/kernel.packed"

# number PLACE BYTES: a number of the packed kernel's header, see Documentation/x86/boot.rst of Linux.
number() { od -An -v -t "u$2" -j "$1" -N "$2" "$out/kernel.packed" | tr -d ' '; }
# unpack: the kernel itself, which an emulated processor takes half a second to unpack, at every boot. The four bytes that
# follow what is packed are no part of it, which not every program likes.
unpack() {
    start=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
    payload() { tail -c "+$((start + 1))" "$out/kernel.packed" | head -c "$(number 588 4)"; }
    case $(payload | od -An -v -t x1 -N 4 | tr -d ' ') in
    02214c18) payload | lz4 -dcq ;;
    fd377a58) payload | xz -dcq ;;
    1f8b*) payload | gzip -dcq ;;
    esac
}
unpack >"$out/kernel" 2>/dev/null || true
# QEMU starts it by the entry that a note of Xen's, number 18, names; without one it starts the packed kernel alone.
LC_ALL=C grep -qaP '\x04\x00\x00\x00[\x04\x08]\x00\x00\x00\x12\x00\x00\x00Xen\x00' "$out/kernel" ||
    cp "$out/kernel.packed" "$out/kernel"

echo "packing the initial file systems"
tree=$work/tree
mkdir -p "$tree/bin" "$tree/modules" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/run" "$tree/newroot" "$tree/etc" "$tree/disk" "$tree/data" "$tree/tmp" "$tree/var"
ln -s ../run "$tree/var/run"
ln -s /proc/self/mounts "$tree/etc/mtab"
cp "$(find "$work/unpacked" -path '*bin/busybox' -type f | head -n 1)" "$tree/bin/busybox"
cp "$tree/bin/busybox" "$out/busybox"
install -m 755 "$scripts/early-init.sh" "$tree/init"
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk virtio_console; do
    file=$(find "$work/unpacked" -name "$module.ko*" | head -n 1)
    if [ -z "$file" ]; then continue; fi # built in
    case $file in
    *.xz) xz -dc "$file" >"$tree/modules/$module.ko" ;;
    *) cp "$file" "$tree/modules/$module.ko" ;;
    esac
    echo "$module.ko" >>"$tree/modules/order"
done
# Loaded by nobody but who wants to see the variables of a machine's firmware.
find "$work/unpacked" -name 'efivarfs.ko*' -exec cp {} "$tree/modules/" \;
# An initial file system is an archive of the owner root, whoever builds it: that is what -R says.
(cd "$tree" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$out/initrd.debian"

# The agent with the libraries that the loader finds for it among the unpacked packages.
mkdir -p "$tree/sbin" "$tree/lib" "$tree/lib64"
install -m 755 "$scripts/freeze-hook.sh" "$tree/bin/freeze-hook"
cp "$(find "$work/unpacked" -path '*bin/qemu-ga' -type f | head -n 1)" "$tree/bin/qemu-ga"
loader=$(find "$work/unpacked" -name 'ld-linux*.so.*' | head -n 1)
folders=$(find "$work/unpacked" -name '*.so.*' -exec dirname {} + | sort -u | tr '\n' ':')
"$loader" --library-path "$folders" --list "$tree/bin/qemu-ga" | sed -n 's/.*=> \([^ ]*\) .*/\1/p' | while read -r library; do
    cp -L "$library" "$tree/lib/"
done
cp -L "$loader" "$tree/lib64/"
(cd "$tree" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$out/initrd.tiny"

mkdir -p "$work/empty"
for disk in root data; do
    mke2fs -q -t ext4 -b 4096 -m 0 -J size=4 -L "belay-$disk" -d "$work/empty" "$out/tiny-$disk.ext4" 48M
done
rm -rf "$work"
