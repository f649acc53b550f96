import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setW64Length } from '../../../../lib/audio/media/w64-length.ts';
import { temporaryFolder } from '../../../support/folders.ts';

describe('The length of a Wave64 file', () => {
  const folder = temporaryFolder();

  for (const [samples, stated, set] of [
    [3, 24 + 8, 24 + 6],
    [4, 24 + 8, 24 + 8],
    [1, 24 + 16, 24 + 16],
  ] as const) {
    it(`becomes ${set} bytes for ${samples} samples of 16 bits where it states ${stated}`, async () => {
      const path = join(folder(), 'in.w64');
      await writeFile(path, wave64(stated));
      await setW64Length(path, samples);
      assert.equal(Number((await readFile(path)).readBigUInt64LE(40 + 40 + 16)), set);
    });
  }
});

/** The beginning of a file with one channel of 16 bits, as ffmpeg writes it. */
function wave64(length: number): Buffer {
  const file = Buffer.alloc(40 + 40 + length);
  file.write('riff');
  file.write('wave', 24);
  file.write('fmt ', 40);
  file.writeBigUInt64LE(40n, 40 + 16);
  file.writeUInt16LE(2, 40 + 24 + 12);
  file.write('data', 80);
  file.writeBigUInt64LE(BigInt(length), 80 + 16);
  return file;
}
