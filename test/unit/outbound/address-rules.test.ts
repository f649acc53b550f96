import assert from 'node:assert/strict';
import { createAddressRule } from '../../../lib/outbound/address-rules.ts';

const PUBLIC = ['1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.1', '100.63.255.255', '100.128.0.1'];
const PUBLIC_IPV6 = ['2606:4700::1111', '2a00:1450:4001:81b::200e', '::ffff:8.8.8.8', '64:ff9b::808:808'];

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
  'link-local': ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
  metadata: [
    '169.254.169.254',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd20:ce::254',
  ],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.250', 'ff02::1'],
  reserved: ['192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '240.0.0.1', '255.255.255.255'],
  'reserved IPv6': ['2001:db8::1', '3fff::1', '100::1', '4000::1', '5f00::1', '::7f00:1'],
  'IPv4 in IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
  ],
  'IPv4 in tunnels': ['2002:7f00:1::', '2002:808:808::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  'no address': ['', 'localhost', '127.1', '0x7f.0.0.1', '2130706433', '[::1]'],
};

describe('The rule of addresses', () => {
  const isAllowed = createAddressRule();

  it('allows public addresses, also where IPv4 is written as IPv6', () => {
    assert.deepEqual(
      [...PUBLIC, ...PUBLIC_IPV6].filter((address) => !isAllowed(address)),
      [],
    );
  });

  for (const [kind, addresses] of Object.entries(REFUSED)) {
    it(`refuses: ${kind}`, () => {
      assert.deepEqual(addresses.filter(isAllowed), []);
    });
  }

  it('allows networks of the operator, and nothing beside them', () => {
    const own = createAddressRule(['10.1.0.0/16', '::1']);
    assert.deepEqual(['10.1.2.3', '::ffff:10.1.2.3', '::1', '8.8.8.8'].map(own), [true, true, true, true]);
    assert.deepEqual(['10.2.0.1', '127.0.0.1', '169.254.169.254'].map(own), [false, false, false]);
  });
});
