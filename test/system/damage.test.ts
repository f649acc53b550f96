import assert from 'node:assert/strict';
import { chmod, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import type { Limits } from '../../lib/config/config.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { convertFile, engineParts, formatCalled } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';

describe('A damaged file', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  /** Ten seconds of which only a part of the bytes is left. */
  async function cut(name: string, part: number, ...settings: string[]): Promise<string> {
    const path = join(folder(), name);
    await makeTone(path, 10, '-b:a', '128k', ...settings);
    await truncate(path, Math.round((await stat(path)).size * part));
    return path;
  }

  const convert = (path: string, to = 'wav', options = {}) =>
    convertFile(path, join(folder(), 'result'), to, options);

  const indexed = {
    'a.m4a': ['-movflags', '+faststart'],
    'a.flac': [],
    'a.mp3': [],
    'a.wav': [],
    'a.w64': [],
    'a.caf': [],
  };
  for (const [name, settings] of Object.entries(indexed)) {
    it(`of which more than half is left converts, with a warning: ${name}`, async () => {
      const made = await convert(await cut(name, 0.8, ...settings));
      assert.ok(Math.abs((made.media.duration ?? 0) - 8) < 1, `${made.media.duration} s`);
      assert.ok(
        made.warnings.some(({ code, seconds = 0 }) => code === 'truncated' && Math.abs(seconds - 2) < 1),
      );
    });

    it(`of which little is left converts as well, unless its task accepts no damage: ${name}`, async () => {
      const path = await cut(name, 0.3, ...settings);
      const made = await convert(path);
      assert.ok(Math.abs((made.media.duration ?? 0) - 3) < 1, `${made.media.duration} s`);
      assert.equal(made.original.duration, made.media.duration);
      const truncated = made.warnings.find(({ code }) => code === 'truncated');
      assert.ok(Math.abs((truncated?.seconds ?? 0) - 7) < 1, `${truncated?.seconds} s`);
      await assert.rejects(convert(path, 'wav', { onDamage: 'fail' }), {
        code: 'damaged',
        message: /(6|7)\d % of its sound \([67]\.\d s\) is missing/,
      });
    });
  }

  it('with a hole in the middle converts, with a warning', async () => {
    const path = await cut('a.flac', 1);
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(5000, 0x5a), 0, 5000, Math.round((await stat(path)).size / 2));
    await file.close();
    const { warnings } = await convert(path);
    assert.ok(warnings.some(({ code }) => code === 'damaged_parts' || code === 'truncated'));
  });

  it('gets no warning when nothing is wrong', async () => {
    for (const name of ['a.flac', 'a.mp3', 'a.m4a', 'a.ogg', 'a.wav']) {
      const path = join(folder(), name);
      await makeTone(path, 2);
      assert.deepEqual((await convert(path, 'opus')).warnings, [], name);
    }
  });
});

describe('A conversion fails with the code', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  async function failsWith(code: string, path: string, to = 'mp3', limits: Partial<Limits> = {}) {
    await assert.rejects(convertFile(path, join(folder(), 'result'), to, {}, limits), { code });
  }

  it('no_audio for a video without sound', async () => {
    const { ffmpeg } = await binaries();
    const path = join(folder(), 'a.mkv');
    await run(ffmpeg.path, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc=duration=1:size=64x64',
      '-c:v',
      'mpeg4',
      path,
    ]);
    await failsWith('no_audio', path);
  });

  it('no_audio for a file with a header and no sound', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1);
    const header = (await readFile(path)).subarray(0, 44);
    header.write('data', 36);
    header.writeUInt32LE(0, 40);
    await writeFile(path, header);
    await failsWith('no_audio', path);
  });

  it('unsupported_codec for a codec that no decoder knows', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1);
    const file = await open(path, 'r+');
    await file.write(Buffer.from([0x34, 0x12]), 0, 2, 20);
    await file.close();
    await failsWith('unsupported_codec', path);
  });

  /** A FLAC file that does not say how long it is, as when it was written to a pipe. */
  async function unknownLength(seconds: number): Promise<string> {
    const path = join(folder(), 'a.flac');
    await makeTone(path, seconds);
    const file = await open(path, 'r+');
    await file.write(Buffer.from([0xf0, 0, 0, 0, 0]), 0, 5, 21);
    await file.close();
    return path;
  }

  it('too_long for a length that only decoding shows', async () => {
    await failsWith('too_long', await unknownLength(60), 'mp3', { durationSeconds: 10 });
  });

  it('result_too_large for a size that only encoding shows', async () => {
    await failsWith('result_too_large', await unknownLength(60), 'wav', { resultBytes: 1e6 });
  });

  it('timed_out when it takes longer than it may', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 500);
    await failsWith('timed_out', path, 'aac', { conversionSeconds: 1, resultBytes: 1e9 });
  });

  it('stalled when ffmpeg writes nothing', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 1);
    const stuck = join(folder(), 'stuck');
    await writeFile(stuck, '#!/bin/sh\nexec sleep 60\n');
    await chmod(stuck, 0o755);
    const parts = await engineParts({ stallSeconds: 1 });
    const ffmpeg = { ...parts.binaries.ffmpeg, path: stuck };
    const audio = createEngine({ ...parts, binaries: { ...parts.binaries, ffmpeg } });
    const probed = await audio.probe(path, signal);
    const requestedOutput = {
      probed,
      options: effectiveOptions(formatCalled('mp3'), {}),
      onProgress: () => undefined,
      signal,
    };
    const conversion = { input: path, output: join(folder(), 'result'), ...requestedOutput };
    await assert.rejects(audio.convert(conversion), { code: 'stalled' });
  });
});
