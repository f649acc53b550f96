#!/bin/bash
# The first and only process of the user-mode kernel that run.sh starts.
set -euo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
: "${PACKAGES:?} ${REPOSITORY:?} ${KILLS_TASKS:?}"

mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mkdir -p /dev/shm /run/{repository,packages,export,a,b} /var/lib/nfs/{v4recovery,rpc_pipefs}
mount --bind "$REPOSITORY" /run/repository
mount --bind "$PACKAGES" /run/packages
cp -a /etc /run/etc
: >/run/etc/exports
mount --bind /run/etc /etc
mount -t tmpfs -o mode=1777 tmpfs /tmp
trap '/run/packages/bin/busybox poweroff -f' EXIT

modules=/run/packages/usr/lib/uml/modules/$(uname -r)/kernel
for module in lib/oid_registry net/dns_resolver/dns_resolver net/sunrpc/sunrpc fs/nfs_common/grace fs/lockd/lockd \
  fs/nfs_common/nfs_acl net/sunrpc/auth_gss/auth_rpcgss fs/netfs/netfs fs/fscache/fscache fs/nfs/nfs fs/nfs/nfsv4 fs/nfsd/nfsd; do
  /run/packages/bin/busybox insmod "$modules/$module.ko"
done

of_packages() {
  LD_LIBRARY_PATH=/run/packages/usr/lib/x86_64-linux-gnu:/run/packages/lib/x86_64-linux-gnu "/run/packages/$1" "${@:2}"
}
ip link set lo up
mount -t nfsd nfsd /proc/fs/nfsd
mount -t tmpfs -o mode=777 tmpfs /run/export
touch /var/lib/nfs/{etab,rmtab}
of_packages usr/sbin/exportfs -o rw,sync,no_subtree_check,root_squash,insecure,fsid=0 127.0.0.0/8:/run/export
of_packages usr/sbin/rpc.mountd --no-nfs-version 3
of_packages usr/sbin/rpc.nfsd --no-nfs-version 3 --grace-time 10 --lease-time 10 4
for mount in a b; do of_packages sbin/mount.nfs4 127.0.0.1:/ "/run/$mount" -o rw,hard,noatime,nosharecache,vers=4.2; done
grep ' nfs4 ' /proc/mounts

cd /run/repository
node=node_modules/node/bin/node
mkdir /run/a/{contract,visible,kills}
TMPDIR=/run/a/contract $node node_modules/.bin/mocha --no-config --no-package --extension ts --timeout 60000 \
  --require ./test/support/setup.ts test/contract/storage.test.ts test/unit/adapters/storage/nfs.test.ts test/unit/adapters/storage/nfs-adoption.test.ts
$node test/nfs/visible.ts /run/a/visible /run/b/visible
KILLS_SHARE=/run/a/kills:/run/b/kills $node test/bench/main.ts kills
echo 'NFS: all is well'
