import assert from 'node:assert/strict';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('The header of a result', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const SECONDS = 3;
  const SAMPLES = SECONDS * 48_000;

  async function made(to: string): Promise<{ path: string; head: Buffer; size: number }> {
    const input = join(folder(), 'in.wav');
    await makeTone(input, SECONDS);
    const path = join(folder(), 'result');
    await convertFile(input, path, to);
    const head = Buffer.alloc(4096);
    const file = await open(path);
    await file.read(head, 0, head.length, 0);
    await file.close();
    return { path, head, size: (await stat(path)).size };
  }

  it('of WAV has the sizes of the file and of its samples', async () => {
    const { head, size } = await made('wav');
    assert.equal(head.readUInt32LE(4), size - 8);
    assert.equal(head.readUInt32LE(head.indexOf('data') + 4), SAMPLES * 2);
  });

  it('of FLAC has the number of samples and an MD5', async () => {
    const { head } = await made('flac');
    const info = head.subarray(8, 42);
    const samples = (BigInt(info.readUInt8(13) & 0x0f) << 32n) | BigInt(info.readUInt32BE(14));
    assert.equal(samples, BigInt(SAMPLES));
    assert.ok(!info.subarray(18, 34).every((byte) => byte === 0));
  });

  it('of M4A has its index before the sound', async () => {
    const { head } = await made('m4a');
    const [index, sound] = [head.indexOf('moov'), head.indexOf('mdat')];
    assert.ok(index > 0 && (sound === -1 || index < sound));
  });

  it('of MP3 has a frame with its length and what to cut at both ends', async () => {
    const { head } = await made('mp3');
    assert.ok(head.indexOf('Info') > 0 || head.indexOf('Xing') > 0);
    assert.ok(head.indexOf('LAME') > 0 || head.indexOf('Lavc') > 0);
  });
});
