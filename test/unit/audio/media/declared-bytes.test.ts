import assert from 'node:assert/strict';
import { stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { declaredSeconds } from '../../../../lib/audio/media/declared-bytes.ts';
import { makeTone } from '../../../support/audio.ts';
import { temporaryFolder } from '../../../support/folders.ts';

describe('The seconds that a header states', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  for (const name of ['a.wav', 'a.w64', 'a.caf']) {
    it(`are told of a file that was cut off, and of no other: ${name}`, async () => {
      await makeTone(path(name), 1);
      assert.equal(await declaredSeconds(path(name), 1), undefined);
      await truncate(path(name), Math.round((await stat(path(name))).size / 2));
      const found = (await declaredSeconds(path(name), 0.5)) ?? 0;
      assert.ok(Math.abs(found - 1) < 0.01, `${found} s`);
    });
  }

  it('are none where a program wrote to a pipe, in hostile headers and in other files', async () => {
    const chunk = (id: string, size: number) => {
      const head = Buffer.alloc(8);
      head.write(id);
      head.writeUInt32LE(size, 4);
      return head;
    };
    const riff = (...chunks: Buffer[]) =>
      Buffer.concat([chunk('RIFF', 0xffffffff), Buffer.from('WAVE'), ...chunks]);
    for (const [name, bytes] of Object.entries({
      pipe: riff(chunk('fmt ', 16), Buffer.alloc(16), chunk('data', 0xffffffff), Buffer.alloc(100)),
      old: riff(chunk('data', 0x7fffffff), Buffer.alloc(100)),
      empty: riff(),
      zero: riff(chunk('data', 0), Buffer.alloc(100)),
      loop: Buffer.concat([
        Buffer.from('caff\0\x01\0\0desc', 'latin1'),
        Buffer.alloc(8, 0xff),
        Buffer.alloc(100),
      ]),
      tiny: Buffer.from('RIFF'),
      other: Buffer.from('fLaC and more'),
    })) {
      await writeFile(path(name), bytes);
      assert.equal(await declaredSeconds(path(name), 1), undefined, name);
    }
    assert.equal(await declaredSeconds(path('missing'), 1), undefined);
  });
});
