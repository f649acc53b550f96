import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import { binaries } from '../support/audio.ts';
import { engineParts } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { PICTURES, SOUND } from '../support/video.ts';

describe('The waveform of a video', () => {
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  it('is made although only one program may run, and opens its file only then', async () => {
    const semaphore = pLimit(1);
    const engine = createEngine({ ...(await engineParts()), semaphore });
    const file = join(folder(), 'a.mkv');
    const { ffmpeg } = await binaries();
    await run(ffmpeg.path, ['-v', 'error', ...PICTURES, ...SOUND, '-c:v', 'mpeg4', '-c:a', 'flac', file]);
    let opened = false;
    const other = Promise.withResolvers<void>();
    const otherRun = semaphore(() => other.promise);
    const drawn = engine.waveform(async () => {
      opened = true;
      return { source: file, probed: await engine.probe(file, signal) };
    }, signal);
    await setImmediate();
    assert.equal(opened, false);
    other.resolve();
    await otherRun;
    assert.equal((await drawn).peaks.length, Math.ceil(48_000 / 256) * 2);
  });
});
