import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeSound } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('A ringtone', () => {
  const folder = temporaryFolder();

  async function warned(format: string, original: string, seconds: number): Promise<unknown> {
    const input = join(folder(), `in-${seconds}.${original}`);
    await makeSound(input, `sine=sample_rate=8000:duration=${seconds}`);
    const { warnings } = await convertFile(input, join(folder(), `out.${format}`), format);
    return warnings.map(({ code }) => code);
  }

  it('of more than 40 seconds has a warning, encoded or copied', async () => {
    assert.deepEqual(await warned('m4r', 'wav', 40.5), ['ringtone_too_long']);
    assert.deepEqual(await warned('m4r', 'm4a', 41), ['ringtone_too_long']);
  });

  it('of 40 seconds has none, and neither has another format', async () => {
    assert.deepEqual(await warned('m4r', 'wav', 40), []);
    assert.deepEqual(await warned('m4a', 'wav', 40.5), []);
  });
});
