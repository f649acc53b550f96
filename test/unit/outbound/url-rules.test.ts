import assert from 'node:assert/strict';
import { createOutbound } from '../../../lib/outbound/outbound.ts';

const REFUSED: ReadonlyArray<readonly [url: string, reason: string]> = [
  ['http://example.org/', 'scheme'],
  ['ftp://example.org/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['gopher://127.0.0.1:25/', 'scheme'],
  ['//example.org/', 'malformed'],
  ['https://', 'malformed'],
  ['https://256.1.1.1/', 'malformed'],
  [`https://example.org/${'a'.repeat(9000)}`, 'malformed'],
  ['https://ann:secret@example.org/', 'credentials'],
  ['https://ann@example.org/', 'credentials'],
  ['https://example.org:25/', 'port'],
  ['https://example.org:22/', 'port'],
  ['https://example.org:6667/', 'port'],
  ['https://169.254.169.254/', 'private_address'],
  ['https://[::ffff:127.0.0.1]/', 'private_address'],
  ['https://[::ffff:7f00:1]/', 'private_address'],
  ['https://[::1]/', 'private_address'],
  ['https://2130706433/', 'private_address'],
  ['https://0x7f.1/', 'private_address'],
  ['https://0x7f000001/', 'private_address'],
  ['https://017700000001/', 'private_address'],
  ['https://127.1/', 'private_address'],
  ['https://１２７.０.０.１/', 'private_address'],
  ['https://0/', 'private_address'],
  ['https://[::]/', 'private_address'],
  ['https://127.0.0.1./', 'private_address'],
  ['https:127.0.0.1', 'private_address'],
  ['https://[::7f00:1]/', 'private_address'],
  ['https://[64:ff9b::a00:1]/', 'private_address'],
  ['https://[2002:7f00:1::]/', 'private_address'],
  ['https://[fe80::1%25eth0]/', 'malformed'],
  ['https://example.org:0/', 'port'],
  ['https://127.0.0.1%2f@example.org/', 'credentials'],
  ['data:audio/wav,x', 'scheme'],
];

describe('The rules of URLs', () => {
  for (const [url, reason] of REFUSED) {
    it(`refuse by ${reason}: ${url.slice(0, 50)}`, () => {
      assert.throws(() => createOutbound().check(url), { code: 'url_refused', reason, transient: false });
    });
  }

  it('allow names and public addresses, with the ports of web servers', () => {
    for (const url of [
      'https://example.org/a.wav?b=c',
      'https://1.1.1.1:8443/',
      'https://[2606:4700::1111]/',
    ])
      createOutbound().check(url);
  });

  it('allow http where the operator does, with the same rules besides', () => {
    const outbound = createOutbound({ http: true });
    outbound.check('http://example.org/');
    for (const url of ['http://169.254.169.254/', 'http://[::ffff:127.0.0.1]', 'http://2130706433/'])
      assert.throws(() => outbound.check(url), { reason: 'private_address' });
  });

  it('name no password in a refusal', () => {
    assert.throws(
      () => createOutbound().check('https://ann:secret@example.org/'),
      (error: Error) => !error.message.includes('secret'),
    );
  });
});
