import assert from 'node:assert/strict';
import { type JoinScanner, joinScanner } from '../../../../lib/audio/media/joined-streams.ts';

/** Frames of MPEG-1 layer III, 128 kbit/s, 48 kHz: 384 bytes. */
const FRAMES = Buffer.concat(
  Array.from({ length: 4 }, () => Buffer.from([0xff, 0xfb, 0x94, 0x04, ...Array(380).fill(0x55)])),
);
const ID3 = Buffer.from(['ID3', '\x04\0\0', '\0\0\x01\x10', 'x'.repeat(144)].join(''), 'latin1');

const page = (flags: number) =>
  Buffer.concat([Buffer.from('OggS\0'), Buffer.from([flags]), Buffer.alloc(50)]);

describe('A scan of joined streams', () => {
  const scanned = (container: string, file: Buffer, size: number): JoinScanner => {
    const scanner = joinScanner(container);
    assert.ok(scanner);
    for (let at = 0; at < file.length; at += size) scanner.read(file.subarray(at, at + size));
    return scanner;
  };

  it('finds tags between frames of MPEG audio harmless, and other bytes not, in pieces of any size', () => {
    for (const size of [7, 100, 5000]) {
      const tags = Buffer.concat([ID3, FRAMES, ID3, FRAMES, Buffer.from(`TAG${'x'.repeat(125)}`), FRAMES]);
      assert.equal(scanned('mp3', tags, size).explains(1), true, `${size}`);
      const damaged = Buffer.concat([ID3, FRAMES, Buffer.alloc(384, 0x55), FRAMES]);
      assert.equal(scanned('mp3', damaged, size).explains(1), false, `${size}`);
    }
  });

  it('finds as many packets harmless as the headers of further Ogg streams have', () => {
    for (const size of [7, 100, 5000]) {
      const chained = Buffer.concat([page(2), page(0), page(4), page(2), page(0)]);
      assert.equal(scanned('ogg', chained, size).explains(2), true, `${size}`);
      assert.equal(scanned('ogg', chained, size).explains(4), false, `${size}`);
      assert.equal(scanned('ogg', page(2), size).explains(1), false, `${size}`);
    }
  });

  it('knows no other container', () => {
    assert.equal(joinScanner('wav'), undefined);
  });
});
