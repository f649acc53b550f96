import { isIPv6 } from 'node:net';

/**
 * The part of a client's address that one person holds, as a key of limits: an IPv4 address, or the /64 of an IPv6 address,
 * since one connection at home has at least 2^64 of those. A client without an address shares one key with all such clients.
 */
export function addressBlock(address: string | undefined): string {
  if (address === undefined || !isIPv6(address)) return address ?? 'unknown';
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...new Array(Math.max(0, missing)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
