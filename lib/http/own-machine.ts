import { BlockList } from 'node:net';
import type { Context } from 'hono';
import { incomingOf } from './connection.ts';

/** Headers that proxies add: behind one, every client seems to be on this machine. */
const OF_PROXIES = [
  'Forwarded',
  'Via',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Real-IP',
];

/** Version of HTTP by which nginx asks when it is told nothing else; it then sends its own Host, and none of these headers. */
const PLAIN_PROXY = '1.0';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Names of this machine in the address of a page. */
const OWN_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a request comes from this machine: its connection does, no proxy passed it on, and a page that sends it is
 * under a name of this machine. The name matters because any site can give its own name the address 127.0.0.1, and the
 * origin because a page of any site can send requests to another name.
 */
export function isOnThisMachine(c: Context): boolean {
  const incoming = incomingOf(c);
  if (!isLoopback(incoming?.socket.remoteAddress ?? '') || incoming?.httpVersion === PLAIN_PROXY)
    return false;
  if (OF_PROXIES.some((name) => c.req.header(name) !== undefined)) return false;
  const origin = c.req.header('Origin');
  return isOwn(c.req.url) && (origin === undefined || isOwn(origin));
}

function isOwn(address: string): boolean {
  return OWN_NAMES.has(URL.parse(address)?.hostname ?? '');
}

/** An IPv4 address in IPv6 notation counts as IPv4. */
function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
