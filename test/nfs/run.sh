#!/usr/bin/env bash
# What NFS is trusted with, tried on Linux's own: a user-mode kernel, whose root is this machine's, read only, exports a
# folder to itself and mounts it twice, each mount with a cache of its own. Needs no NFS in this kernel and installs
# nothing, but Debian's packages and, for PostgreSQL, root. KILLS_TASKS: as many tasks (default 20, some 7 minutes).
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
(
  cd "$packages"
  apt-get -o APT::Sandbox::User=root download -qq user-mode-linux nfs-kernel-server nfs-common busybox-static \
    keyutils libdevmapper1.02.1 libevent-core-2.1-7 libnfsidmap1 libtirpc3 libwrap0
  for package in *.deb; do dpkg-deb -x "$package" .; done
)

# The kernel hands what it does not know to init as its environment.
"$packages/usr/bin/linux.uml" rootfstype=hostfs rootflags=/ ro mem=4G con=null con0=fd:0,fd:1 quiet \
  init="$PWD/test/nfs/guest.sh" PACKAGES="$packages" REPOSITORY="$PWD" KILLS_TASKS="${KILLS_TASKS:-20}" </dev/null |
  tee "$packages/log"
grep -q '^NFS: all is well' "$packages/log"
