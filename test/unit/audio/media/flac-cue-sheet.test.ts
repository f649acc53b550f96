import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFlacCueSheet } from '../../../../lib/audio/media/flac-cue-sheet.ts';
import { temporaryFolder } from '../../../support/folders.ts';

/** A track of the block with its indexes, each a number and an offset from the track. */
function track(
  number: number,
  offset: number,
  isrc: string,
  indexes: readonly [number, number][],
  flags = 0,
) {
  const head = Buffer.alloc(36);
  head.writeBigUInt64BE(BigInt(offset));
  head.writeUInt8(number, 8);
  head.write(isrc, 9, 'latin1');
  head.writeUInt8(flags, 21);
  head.writeUInt8(indexes.length, 35);
  const points = indexes.map(([index, from]) => {
    const point = Buffer.alloc(12);
    point.writeBigUInt64BE(BigInt(from));
    point.writeUInt8(index, 8);
    return point;
  });
  return Buffer.concat([head, ...points]);
}

function flac(tracks: readonly Buffer[], count = tracks.length): Buffer {
  const sheet = Buffer.concat([Buffer.alloc(396), ...tracks]);
  sheet.writeUInt8(count, 395);
  const block = (type: number, bytes: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt8(type);
    head.writeUIntBE(bytes.length, 1, 3);
    return Buffer.concat([head, bytes]);
  };
  return Buffer.concat([Buffer.from('fLaC'), block(0, Buffer.alloc(34)), block(0x85, sheet)]);
}

describe('The CUE sheet in a block of a FLAC file', () => {
  const folder = temporaryFolder();
  const read = async (bytes: Buffer) => {
    const path = join(folder(), 'a.flac');
    await writeFile(path, bytes);
    return readFlacCueSheet(path, 44_100);
  };
  const one = track(1, 0, 'GBAYE9900001', [[1, 0]]);
  const two = track(2, 588 * 10, '', [
    [0, 0],
    [1, 588 * 5],
  ]);
  const end = track(170, 588 * 100, '', []);

  it('gives tracks in frames, and leaves out the end and tracks of data', async () => {
    const data = track(3, 588 * 50, '', [[1, 0]], 0x80);
    const sheet = await read(flac([one, two, data, end]));
    assert.deepEqual(
      sheet?.tracks.map(({ number, isrc, pregap, start }) => [number, isrc, pregap, start]),
      [
        [1, 'GBAYE9900001', null, 0],
        [2, null, 10, 15],
      ],
    );
  });

  it('is none if it is cut off, does not rise, or is in no FLAC file', async () => {
    const whole = flac([one, two, end]);
    for (const bytes of [
      whole.subarray(0, 300),
      flac([two, one]),
      flac([one.subarray(0, 40)], 1),
      flac([]),
      Buffer.from('RIFF'),
      Buffer.alloc(0),
    ])
      assert.equal(await read(bytes), undefined);
  });
});
