import assert from 'node:assert/strict';
import { createClientAddress, type TrustedProxies } from '../../../lib/runtime/client-address.ts';

/** Proxies that are trusted, the peer, X-Forwarded-For, and who the client is then. */
const CASES: readonly [string, TrustedProxies, string | undefined, string | null, string | undefined][] = [
  ['the peer where no proxy is trusted', 0, '1.1.1.1', '6.6.6.6', '1.1.1.1'],
  ['the peer where it adds nothing', 1, '10.0.0.1', null, '10.0.0.1'],
  ['what one proxy adds', 1, '10.0.0.1', '1.1.1.1', '1.1.1.1'],
  ['what one proxy adds to what the client forged', 1, '10.0.0.1', '6.6.6.6, 1.1.1.1', '1.1.1.1'],
  ['what the first of two proxies adds', 2, '10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', '1.1.1.1'],
  ['the last that is known, where fewer came', 3, '10.0.0.1', '1.1.1.1', '1.1.1.1'],
  [
    'the first that is in no trusted block',
    ['10.0.0.0/8'],
    '10.0.0.1',
    '6.6.6.6,1.1.1.1,10.9.9.9',
    '1.1.1.1',
  ],
  ['the peer that is in no trusted block', ['10.0.0.0/8'], '1.1.1.1', '6.6.6.6', '1.1.1.1'],
  ['a block of IPv6', ['fd00::/8', '::1'], '::1', '2001:db8::1, fd12::1', '2001:db8::1'],
  ['IPv4 that comes as IPv6', ['127.0.0.1'], '::ffff:127.0.0.1', '1.1.1.1', '1.1.1.1'],
  ['an address with a port', 1, '10.0.0.1', '1.1.1.1:5000', '1.1.1.1'],
  ['an address in brackets', 1, '10.0.0.1', '[2001:db8::1]:5000', '2001:db8::1'],
  ['the proxy, where it adds no address', 1, '10.0.0.1', 'unknown', '10.0.0.1'],
  ['the proxy, where what it adds is a script', 1, '10.0.0.1', '1.1.1.1, <script>', '10.0.0.1'],
  ['unknown without a connection', 1, undefined, '1.1.1.1', undefined],
];

describe('The address of a client', () => {
  for (const [what, trusted, peer, forwarded, client] of CASES) {
    it(`is ${what}`, () => assert.equal(createClientAddress(trusted)(peer, forwarded), client));
  }
});
