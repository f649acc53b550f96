import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setOggLength } from '../../../../lib/audio/media/ogg-length.ts';
import { temporaryFolder } from '../../../support/folders.ts';

describe('The length of an Ogg file', () => {
  const folder = temporaryFolder();

  it('moves all granules of sound, and ends with the wanted one', async () => {
    const path = join(folder(), 'in.opus');
    await writeFile(path, opus([0n, 0n, 48_360n, -1n, 60_840n]));
    await setOggLength(path, 60_168, 59_256);
    assert.deepEqual(granules(await readFile(path)), [0n, 0n, 48_000n, -1n, 59_568n]);
  });

  it('gives each page the checksum of its content', async () => {
    const path = join(folder(), 'in.opus');
    await writeFile(path, opus([0n, 0n, 960n]));
    await setOggLength(path, 648, 648);
    // Computed bit by bit from the polynomial of RFC 3533.
    const page = (await readFile(path)).subarray(-29);
    assert.equal(page.readUInt32LE(22), slowChecksum(page));
  });

  it('stays as it is if the wanted length ends before the last page', async () => {
    const path = join(folder(), 'in.opus');
    const before = opus([0n, 48_360n, 60_840n]);
    await writeFile(path, before);
    await setOggLength(path, 60_528, 20_000);
    assert.deepEqual(await readFile(path), before);
  });
});

/** Pages of one segment each; the first is the header of an Opus stream with a pre-skip of 312 samples. */
function opus(positions: readonly bigint[]): Buffer {
  const head = Buffer.from('OpusHead\u0001\u0002\u0000\u0000', 'latin1');
  head.writeUInt16LE(312, 10);
  return Buffer.concat(
    positions.map((granule, index) => page(index === 0 ? head : Buffer.from([7]), granule)),
  );
}

function page(content: Buffer, granule: bigint): Buffer {
  const header = Buffer.alloc(28);
  header.write('OggS');
  header.writeBigInt64LE(granule, 6);
  header[26] = 1;
  header[27] = content.length;
  return Buffer.concat([header, content]);
}

function granules(file: Buffer): bigint[] {
  const found: bigint[] = [];
  for (let at = 0; at < file.length; at += 28 + (file[at + 27] ?? 0)) found.push(file.readBigInt64LE(at + 6));
  return found;
}

function slowChecksum(page: Buffer): number {
  const plain = Buffer.from(page);
  plain.writeUInt32LE(0, 22);
  let crc = 0;
  for (const byte of plain) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
