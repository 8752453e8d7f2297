#!/bin/bash
# Makes debian-mixed-owners.tar.gz: one image layer, the difference that installing a few Debian
# packages makes to a minimal Debian 12. Run it as root on Debian 12 with debootstrap installed:
#   bash make.sh [OUT.tar.gz]
# Packages come from wherever this host's apt gets them. Needs overlayfs, and a $TMPDIR (default
# /tmp) on a file system with xattrs and POSIX ACLs, such as ext4 or xfs. Takes some 400 MB there.
set -euo pipefail
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive
# What has no time of its own in a package gets this one; useradd honours it as well.
export SOURCE_DATE_EPOCH=1767225600
umask 022

packages=(at atftpd bcron dma iputils-ping libmaven-parent-java lockfile-progs uuid-runtime)
out=$(realpath -m "${1:-$(dirname "$0")/debian-mixed-owners.tar.gz}")

# Mounts and processes of the build die with these namespaces; the host name is the image's.
if [ "${IN_NAMESPACE:-}" != yes ]; then
	IN_NAMESPACE=yes exec unshare --mount --pid --uts --ipc --fork --kill-child bash "$0" "$out"
fi
hostname image.example
mount -t proc proc /proc

work=$(mktemp -d --tmpdir layer.XXXXXX)
trap 'umount -R "$work/merged" "$work/base/proc" 2>/dev/null || :; rm -rf --one-file-system "$work"' EXIT
base=$work/base upper=$work/upper merged=$work/merged
mkdir -m 755 "$base" "$upper" "$work/ovl" "$merged"

# Where apt gets Debian 12 from, and through what.
targets() { apt-get indextargets --format "$1" 'Created-By: Packages' 'Origin: Debian' 'Component: main' "${@:2}" | sort -u; }
mirror=$(targets '$(REPO_URI)' 'Release: bookworm' | head -n 1)
eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
export ${http_proxy:+http_proxy} ${https_proxy:+https_proxy}

# The layer below: a minbase root and what the packages depend on.
debootstrap --variant=minbase bookworm "$base" "$mirror" > "$work/log" || { cat "$work/log"; exit 1; }
targets 'deb $(REPO_URI) $(RELEASE) main' 'Codename: bookworm' > "$base/etc/apt/sources.list"
targets 'deb $(REPO_URI) $(RELEASE) main' 'Codename: bookworm-updates' >> "$base/etc/apt/sources.list"
targets 'deb $(REPO_URI) $(RELEASE) main' 'Codename: bookworm-security' >> "$base/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?::|Check)' > "$base/etc/apt/apt.conf.d/90host" || :
printf '#!/bin/sh\nexit 101\n' > "$base/usr/sbin/policy-rc.d"
chmod 755 "$base/usr/sbin/policy-rc.d"
in_root() { mountpoint -q "$1/proc" || mount -t proc proc "$1/proc"; chroot "$@"; }
apt() { in_root "$1" apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "${@:2}" < /dev/null; }
apt "$base" update
apt "$base" upgrade
mapfile -t needed < <(apt "$base" -s install "${packages[@]}" | awk '/^Inst /{print $2}' |
	grep -vxF "$(printf '%s\n' "${packages[@]}")")
apt "$base" install "${needed[@]}"
umount "$base/proc"

# The layer: what the installation writes lands in $upper, and only that.
mount -t overlay overlay -o "lowerdir=$base,upperdir=$upper,workdir=$work/ovl,redirect_dir=off,metacopy=off,index=off,xino=off" "$merged"
apt "$merged" install "${packages[@]}"
umount "$merged/proc"
if [ -n "$(find "$upper" -type c)" ]; then
	echo 'the installation deleted files of the base; whiteouts are not handled here' >&2
	find "$upper" -type c >&2
	exit 1
fi

# No documentation but the copyright files, no caches and logs, no package database but the lists
# of files, and nothing under a mount of the build.
cd "$upper"
find . -mindepth 1 \
	\( -path ./dev -o -path ./proc -o -path ./sys -o -path ./tmp -o -path ./usr/share/man -o -path ./usr/share/info \
	-o -path ./usr/share/locale -o -path ./usr/share/lintian -o -path ./usr/share/doc-base \
	-o -path ./var/lib/apt -o -path ./var/cache -o -path ./var/log \) -prune -o \
	-path './usr/share/doc/*/*' ! -name copyright -prune -o \
	-path './var/lib/dpkg/*' ! -path ./var/lib/dpkg/info ! -path './var/lib/dpkg/info/*.list' -prune -o \
	-printf '%P\0' | sort -z > "$work/names"

# tar runs inside the image, where the owners' names are the image's.
mount --bind "$upper" "$merged/mnt"
cp "$work/names" "$base/run/names"
chroot "$merged" tar --create --directory=/mnt --null --no-recursion --verbatim-files-from --files-from=/run/names \
	--format=pax --pax-option='exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime' \
	--xattrs --xattrs-include='*' --xattrs-exclude='trusted.overlay.*' \
	--sort=name --mtime="@$SOURCE_DATE_EPOCH" --clamp-mtime | gzip -9n > "$work/layer.tar.gz"
umount "$merged/mnt"
mv "$work/layer.tar.gz" "$out"

chroot "$merged" dpkg-query -W -f '${binary:Package}\t${Version}\t${source:Package}\t${source:Version}\n' "${packages[@]}"
stat -c '%n: %s bytes' "$out"
sha256sum "$out"
