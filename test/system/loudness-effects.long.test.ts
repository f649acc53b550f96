import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Made } from '../../lib/audio/engine/encode.ts';
import { firstLevel, nextLevel, readLoudness } from '../../lib/audio/engine/loudness.ts';
import { binaries, makeSound } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { fitsMusic, fitsSpeech, MUSIC, normalise, raisesQuiet } from '../support/normalizing.ts';
import { measuredLoudness } from '../support/sound.ts';

const run = promisify(execFile);

describe('Loudness normalization', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  fitsMusic(folder, ['mp3'], -14, -1);
  fitsMusic(folder, ['wav'], -16, -1);
  raisesQuiet(folder, ['flac']);
  fitsSpeech(folder, ['mp3']);

  it('keeps the dynamics: without a limiter, every sample is multiplied by the same number', async () => {
    const input = join(folder(), 'in.wav');
    const output = join(folder(), 'out.wav');
    await makeSound(input, MUSIC, '-c:a', 'pcm_f32le');
    const made = await convertFile(input, output, 'wav', { loudness: { target: -30, truePeak: -1 } });
    const gain = -30 - (made.original.loudness?.integrated ?? 0);
    const difference = join(folder(), 'difference.wav');
    const inverse = `[0:a]volume=${gain}dB[a];[a][1:a]amerge=inputs=2,pan=mono|c0=c0-c1`;
    await mix(input, output, inverse, difference);
    const { truePeak } = await measuredLoudness(difference);
    assert.ok(truePeak < -90, `${truePeak} dBTP are left`);
  });

  it('tells the loudness of the original, and of the result where it was measured', async () => {
    const input = join(folder(), 'in.wav');
    await makeSound(input, MUSIC);
    const { made, heard } = await normalise(folder(), input, 'mp3', { target: -14, truePeak: -1 });
    assert.deepEqual(made.original.loudness, await measuredLoudness(input));
    assert.deepEqual(made.media.loudness, heard);
  });

  it('leaves silence as it is, and says so', async () => {
    const input = join(folder(), 'in.wav');
    await makeSound(input, 'aevalsrc=0|0:s=44100:d=2');
    const made: Made = await convertFile(input, join(folder(), 'out.wav'), 'wav', {
      loudness: { target: -16, truePeak: -1 },
    });
    assert.equal(made.adaptations[0]?.property, 'loudness');
    assert.equal(made.original.loudness, null);
  });

  it('holds the true peak where the target cannot be reached below it, and says so', async () => {
    const input = join(folder(), 'in.wav');
    await makeSound(input, 'sine=frequency=997:sample_rate=48000:duration=5');
    const { made, heard } = await normalise(folder(), input, 'wav', { target: -5, truePeak: -12 });
    assert.ok(heard.truePeak <= -12);
    assert.equal(made.adaptations[0]?.property, 'loudness');
  });

  it('reads the summary of ffmpeg, and nothing where it measured nothing', () => {
    const summary = (integrated: string) =>
      `Summary:\n\n  Integrated loudness:\n    I:  ${integrated} LUFS\n    Threshold: -33.0 LUFS\n\n  Loudness range:\n    LRA:  4.0 LU\n    Threshold: -43.0 LUFS\n\n  True peak:\n    Peak:  -3.2 dBFS\n`;
    assert.deepEqual(readLoudness(summary('-22.9')), { integrated: -22.9, truePeak: -3.2, range: 4 });
    assert.equal(readLoudness(summary('-70.0')), null);
    assert.equal(readLoudness('nothing'), null);
  });

  it('limits only where the peak demands it', () => {
    const requested = { target: -16, truePeak: -1 };
    assert.equal(firstLevel(requested, { integrated: -20, truePeak: -8 }, true).ceiling, null);
    assert.ok(firstLevel(requested, { integrated: -20, truePeak: -4 }, true).ceiling);
    const level = { gain: 4, ceiling: -1.2 };
    const tries = { level, first: level, last: false };
    assert.equal(nextLevel(requested, { integrated: -16.2, truePeak: -1.1, range: 5 }, tries), undefined);
    const lower = nextLevel(requested, { integrated: -16.2, truePeak: -0.4, range: 5 }, tries);
    assert.ok((lower?.ceiling ?? 0) < -1.7);
  });

  async function mix(first: string, second: string, graph: string, output: string): Promise<void> {
    await run((await binaries()).ffmpeg.path, [
      ...['-v', 'error', '-y', '-i', first, '-i', second, '-filter_complex', graph],
      ...['-c:a', 'pcm_f32le', output],
    ]);
  }
});
