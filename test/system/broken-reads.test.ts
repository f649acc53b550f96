import assert from 'node:assert/strict';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Made } from '../../lib/audio/engine/encode.ts';
import { type AudioEngine, createEngine } from '../../lib/audio/engine/engine.ts';
import type { Source } from '../../lib/audio/ffmpeg/input.ts';
import { MEMORY } from '../../lib/audio/ffmpeg/resource-limits.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { findSandbox } from '../../lib/process/sandbox.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import { makeTone, SANDBOX } from '../support/audio.ts';
import { engineParts, formatCalled } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedSamples } from '../support/sound.ts';

/** ffmpeg's words for a read that fails, before and since version 6.1. */
const WORDS = [
  '[error] file:/original: Input/output error',
  '[in#0/wav @ 0x55e7] [error] Error during demuxing: Stale file handle',
];

describe('A read of an original that breaks off while ffmpeg decodes', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();
  let path: string;

  beforeEach(async () => {
    path = join(folder(), 'original.wav');
    await makeTone(path, 1);
  });

  /** An engine whose ffmpeg runs shell commands after each success; they write where a sandbox lets no program write. */
  async function engineThat(commands: string): Promise<AudioEngine> {
    const parts = await engineParts();
    const { ffmpeg } = parts.binaries;
    const standIn = join(folder(), 'ffmpeg');
    await writeFile(standIn, `#!/bin/sh\n'${ffmpeg.path}' "$@" || exit\n${commands}\n`);
    await chmod(standIn, 0o700);
    const { folder: place } = SANDBOX;
    const sandbox = await findSandbox({
      path: parts.path,
      memory: MEMORY,
      folder: place,
      levels: ['limits'],
      ownUser: false,
    });
    const binaries = { ...parts.binaries, sandbox, ffmpeg: { ...ffmpeg, path: standIn } };
    return createEngine({ ...parts, binaries });
  }

  async function convert(audio: AudioEngine, input: Source = path): Promise<Made> {
    const probed = await audio.probe(path, signal);
    const how = { probed, options: effectiveOptions(formatCalled('flac'), {}), signal };
    return audio.convert({ input, output: join(folder(), 'a.flac'), ...how, onProgress: () => undefined });
  }

  for (const words of WORDS) {
    it(`is tried again at once: ${words}`, async () => {
      const seen = join(folder(), 'seen');
      const audio = await engineThat(`[ -e '${seen}' ] || echo '${words}' >&2\necho >> '${seen}'`);
      const made = await convert(audio);
      assert.deepEqual(made.warnings, []);
      assert.equal((await readFile(seen, 'utf8')).length, 2, 'runs');
      await rm(seen);
      await audio.waveform(async () => ({ source: path, probed: await audio.probe(path, signal) }), signal);
      assert.equal((await readFile(seen, 'utf8')).length, 2, 'runs of a waveform');
    });

    it(`is a fault of the storage where the file cannot be read: ${words}`, async () => {
      const audio = await engineThat(`ln -sf /proc/self/mem '${path}'; echo '${words}' >&2`);
      await assert.rejects(convert(audio), { code: 'unavailable' });
    });

    it(`is that of a demuxer where the file can be read: ${words}`, async () => {
      await convert(await engineThat(`echo '${words}' >&2`));
      assert.equal((await decodedSamples(join(folder(), 'a.flac'))).length, 48_000);
    });
  }

  it('is a fault of the storage where ffmpeg says nothing, and sound is missing', async () => {
    path = join(folder(), 'original.flac');
    await makeTone(path, 1);
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const { warnings } = await convert(await engineThat(''));
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['truncated'],
    );
    const audio = await engineThat(`ln -sf /proc/self/mem '${path}'`);
    await assert.rejects(convert(audio), { code: 'unavailable' });
  });

  it('is a fault of the storage in a stream', async () => {
    const whole = await readFile(path);
    async function* broken(): AsyncGenerator<Buffer> {
      yield whole.subarray(0, whole.length / 2);
      throw new AppError('unavailable', 'The storage delivered only a part of the original.');
    }
    const input = { folder: folder(), open: async () => Readable.from(broken()) };
    await assert.rejects(convert(await engineThat(''), input), { code: 'unavailable' });
  });
});
