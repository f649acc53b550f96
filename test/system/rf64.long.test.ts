import assert from 'node:assert/strict';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { wavWith } from '../support/bombs.ts';
import { convertFile, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('A WAV file over 4 GB', function () {
  this.timeout(600_000);
  const folder = temporaryFolder();

  it('becomes RF64, which says its true length', async () => {
    const SECONDS = 9_000;
    const limits = { resultBytes: 8e9, durationSeconds: 20_000, conversionSeconds: 500 };
    const input = await silence(join(folder(), 'in.wav'), SECONDS);
    const output = join(folder(), 'out.wav');
    await convertFile(input, output, 'wav', { sampleRate: 96_000, channels: 2, bitDepth: 24 }, limits);
    await rm(input);
    assert.ok((await stat(output)).size > 2 ** 32);
    const file = await open(output);
    const { buffer } = await file.read(Buffer.alloc(12), 0, 12, 0);
    await file.close();
    assert.equal(buffer.toString('latin1'), 'RF64\xff\xff\xff\xffWAVE');
    const { media } = await (await testEngine(limits)).probe(output, new AbortController().signal);
    const { duration } = media;
    assert.ok(Math.abs((duration ?? 0) - SECONDS) < 0.01, `${duration} s`);
  });
});

/** A file of silence, most of which is a hole. */
async function silence(path: string, seconds: number): Promise<string> {
  const frames = seconds * 8000;
  const header = wavWith(8000, 1, 0);
  header.writeUInt32LE(frames * 2 + 36, 4);
  header.writeUInt32LE(frames * 2, 40);
  const file = await open(path, 'wx');
  await file.write(header);
  await file.truncate(header.length + frames * 2);
  await file.close();
  return path;
}
