import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { Waveform } from '../../../lib/audio/waveform/peaks.ts';
import { drawWaveform, rowSlices } from '../../../lib/audio/waveform/png.ts';
import { createPictures } from '../../../lib/conversions/waveform-pictures.ts';
import { binaries } from '../../support/audio.ts';

/** Full scale from the first pixel to the last. */
const LOUD: Waveform = {
  ...{ sampleRate: 44_100, samplesPerPixel: 256 },
  peaks: Int8Array.from({ length: 8192 }, (_, index) => (index % 2 === 0 ? -128 : 127)),
};

describe('The picture of a waveform', () => {
  it('is drawn in slices, between which the process does other work', async () => {
    let turns = 0;
    const turnsAtSlices: number[] = [];
    let bytes = 0;
    const turn = () => {
      turns += 1;
      immediate = setImmediate(turn);
    };
    let immediate = setImmediate(turn);
    for await (const rows of rowSlices(LOUD, 4096, 4096)) {
      assert.ok(rows.length < 2 ** 18, `${rows.length} bytes at once`);
      turnsAtSlices.push(turns);
      bytes += rows.length;
    }
    clearImmediate(immediate);
    assert.equal(bytes, 4097 * 4096);
    assert.ok(turnsAtSlices.length > 100);
    assert.deepEqual(
      turnsAtSlices,
      [...new Set(turnsAtSlices)],
      'a turn of the event loop before every slice',
    );
  });

  it('has every pixel of the wave, however its rows fall into slices', async () => {
    const { ffmpeg } = await binaries();
    const gray = ['-vf', 'format=rgba,alphaextract', '-f', 'rawvideo', '-'];
    for (const [width, height] of [
      [4096, 100],
      [1, 1],
      [3, 4096],
    ] as const) {
      const child = execFile(ffmpeg.path, ['-v', 'error', '-f', 'png_pipe', '-i', '-', ...gray], {
        encoding: 'buffer',
      });
      assert.ok(child.stdin && child.stdout);
      child.stdin.end(await drawWaveform(LOUD, width, height));
      const [pixels] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
      assert.equal(pixels.length, width * height);
      assert.ok(pixels.every((alpha) => alpha === 255));
    }
  });

  it('is refused for now where many wait already, and drawn again once they are done', async () => {
    const draw = createPictures({ atOnce: 1, waiting: 2 });
    const asked = await Promise.allSettled([1, 2, 3, 4, 5].map(() => draw(LOUD, 10, 10)));
    const ends = asked.map((end) => (end.status === 'fulfilled' ? 'drawn' : end.reason.code));
    assert.deepEqual(ends, ['drawn', 'drawn', 'drawn', 'unavailable', 'unavailable']);
    await draw(LOUD, 10, 10);
  });
});
