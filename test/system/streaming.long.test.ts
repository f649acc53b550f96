import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import sinon from 'sinon';
import { createFolderStorage } from '../../lib/adapters/storage/nfs.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { openSource } from '../../lib/conversions/open-original.ts';
import type { Storage } from '../../lib/ports/storage.ts';
import { AppError } from '../../lib/runtime/errors.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { formatCalled, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedMd5 } from '../support/sound.ts';

const run = promisify(execFile);

describe('Streaming from and to a bucket', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  /** Keeps files in a folder, but says that it has none, as a bucket does. */
  const bucket = (): Storage => ({
    ...createFolderStorage({ root: join(folder(), 'bucket'), role: 'originals', own: true }),
    local: false,
  });

  /** Larger than what a probe gets to see of an object. */
  async function stored(storage: Storage, name: string, ...settings: string[]): Promise<string> {
    const path = join(folder(), name);
    await makeNoise(path, name.endsWith('ogg') ? 25 : 6, ...settings, '-metadata', 'title=Hello');
    await storage.put(`1/${name}`, Readable.from([await readFile(path)]));
    return path;
  }

  const pairs = { 'a.wav': 'ogg', 'a.flac': 'opus', 'a.au': 'aac', 'a.ogg': 'opus' };
  for (const [name, to] of Object.entries(pairs)) {
    it(`makes ${to} of ${name} without a temporary file, and the same as with one`, async () => {
      const storage = bucket();
      const path = await stored(storage, name);
      const fetch = sinon.spy(storage, 'fetch');
      const audio = await testEngine();
      const { source, probed } = await openSource(audio, storage, `1/${name}`, folder(), signal);
      assert.equal(fetch.callCount, 0);
      assert.deepEqual(probed, await audio.probe(path, signal));

      const requestedOutput = {
        probed,
        // Tags are written into a finished file.
        options: effectiveOptions(formatCalled(to), { metadata: 'strip' }),
        onProgress: () => undefined,
        signal,
      };
      const store = (stream: Readable) => storage.put('1/result', stream);
      const streamed = await audio.convert({
        ...requestedOutput,
        input: source,
        output: { folder: folder(), store },
      });
      const output = join(folder(), 'result');
      const made = await audio.convert({ ...requestedOutput, input: path, output });
      assert.equal(streamed.size, (await storage.stat('1/result'))?.size);
      assert.equal(streamed.media.codec, made.media.codec);
      assert.deepEqual(streamed.media.tags, made.media.tags);
      assert.equal(await decodedMd5(join(folder(), 'bucket', '1', 'result')), await decodedMd5(output));
    });
  }

  it('copies a file that keeps its index at the end', async () => {
    const storage = bucket();
    await stored(storage, 'a.m4a', '-c:a', 'alac');
    const audio = await testEngine();
    const { source, probed } = await openSource(audio, storage, '1/a.m4a', folder(), signal);
    assert.equal(source, join(folder(), 'input'));
    assert.deepEqual(probed.media.tags.title, ['Hello']);
  });

  it('copies a file whose tags stand at the end', async () => {
    const storage = bucket();
    const path = await stored(storage, 'a.wav');
    await appendFile(path, 'LIST\x0c\0\0\0INFOINAM\0\0\0\0');
    await storage.put('1/a.wav', Readable.from([await readFile(path)]));
    const { source } = await openSource(await testEngine(), storage, '1/a.wav', folder(), signal);
    assert.equal(source, join(folder(), 'input'));
  });

  it('does not take a storage that breaks off for a file that is short', async () => {
    const storage = bucket();
    await stored(storage, 'a.wav');
    const audio = await testEngine();
    const { source, probed } = await openSource(audio, storage, '1/a.wav', folder(), signal);
    await truncate(join(folder(), 'bucket', '1', 'a.wav'), 200_000);
    const format = formatCalled('opus');
    const store = (stream: Readable) => storage.put('1/result', stream);
    const output = { folder: folder(), store };
    const requestedOutput = {
      input: source,
      output,
      probed,
      options: effectiveOptions(format, {}),
      onProgress: () => undefined,
      signal,
    };
    await assert.rejects(audio.convert(requestedOutput), { code: 'unavailable' });
    assert.equal(await storage.stat('1/result'), undefined);
  });

  it('stops when the storage refuses the result, and fails as the storage did', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 30);
    const audio = await testEngine();
    const probed = await audio.probe(path, signal);
    const store = async (stream: Readable): Promise<number> => {
      for await (const _ of stream) throw new AppError('unavailable', 'The bucket is full.');
      return 0;
    };
    const output = { folder: folder(), store };
    const requestedOutput = {
      input: path,
      output,
      probed,
      options: effectiveOptions(formatCalled('opus'), {}),
    };
    await assert.rejects(
      audio.convert({ ...requestedOutput, onProgress: () => undefined, signal }),
      /The bucket is full/,
    );
  });

  it('does not wait for a storage that takes no more bytes, and does not blame the file', async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 300);
    const audio = await testEngine({ stallSeconds: 1, resultBytes: 1e9 });
    const probed = await audio.probe(path, signal);
    const taken = Promise.withResolvers<number>();
    const store = (stream: Readable) => {
      stream.once('error', taken.reject);
      return taken.promise;
    };
    const output = { folder: folder(), store };
    const requestedOutput = {
      input: path,
      output,
      probed,
      options: effectiveOptions(formatCalled('aac'), {}),
    };
    await assert.rejects(audio.convert({ ...requestedOutput, onProgress: () => undefined, signal }), {
      code: 'unavailable',
      message: /storage is slower than the conversion/,
    });
  });

  it('gives a trim the time to decode what it leaves out', async () => {
    const path = join(folder(), 'a.opus');
    await makeTone(path, 580);
    const audio = await testEngine({ stallSeconds: 0.05, resultBytes: 1e9 });
    const probed = await audio.probe(path, signal);
    const requestedOutput = {
      input: path,
      format: formatCalled('wav'),
      probed,
      onProgress: () => undefined,
      signal,
    };
    const whole = {
      ...requestedOutput,
      output: join(folder(), 'whole'),
      options: effectiveOptions(formatCalled('wav'), {}),
    };
    await assert.rejects(audio.convert(whole), { code: 'stalled' });
    const { media: made } = await audio.convert({
      ...requestedOutput,
      output: join(folder(), 'end'),
      options: effectiveOptions(formatCalled('wav'), { start: 570 }),
    });
    assert.equal(made.duration, 10);
  });

  it('stores nothing of a conversion that is cancelled', async () => {
    const storage = bucket();
    const path = join(folder(), 'a.wav');
    await makeTone(path, 600);
    const audio = await testEngine({ resultBytes: 1e8 });
    const probed = await audio.probe(path, signal);
    const abort = new AbortController();
    const store = (stream: Readable) => storage.put('1/result', stream);
    const output = { folder: folder(), store };
    const requestedOutput = {
      input: path,
      output,
      probed,
      options: effectiveOptions(formatCalled('opus'), {}),
    };
    const onProgress = () => abort.abort(new AppError('interrupted', 'Cancelled.'));
    await assert.rejects(audio.convert({ ...requestedOutput, onProgress, signal: abort.signal }), {
      code: 'interrupted',
    });
    assert.equal(await storage.stat('1/result'), undefined);
  });
});

/** Noise, which no codec makes small. */
async function makeNoise(path: string, seconds: number, ...settings: string[]): Promise<void> {
  const { ffmpeg } = await binaries();
  const noise = `anoisesrc=sample_rate=48000:duration=${seconds}:amplitude=0.5:seed=1`;
  const source = ['-f', 'lavfi', '-i', noise, '-ac', '2', '-b:a', '320k'];
  await run(ffmpeg.path, ['-v', 'error', ...source, ...settings, path]);
}
