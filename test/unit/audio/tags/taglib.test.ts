import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTagLib } from '../../../../lib/audio/tags/taglib.ts';
import { makeTone } from '../../../support/audio.ts';
import { temporaryFolder } from '../../../support/folders.ts';

describe('The library of tags', () => {
  const folder = temporaryFolder();
  const limits = { read: 1e8, memory: 1e8 };
  const read = (name: string) => readTagLib({ path: join(folder(), name), limits });

  it('reads a file the same way whatever it has read before, also after a file that made it fail', async () => {
    await makeTone(join(folder(), 'a.flac'), 0.1, '-metadata', 'title=First', '-metadata', 'artist=Ann');
    await makeTone(join(folder(), 'b.flac'), 0.1, '-metadata', 'title=Second');
    await writeFile(join(folder(), 'c.flac'), 'fLaC and nothing else');
    const [a, b] = [read('a.flac'), read('b.flac')];
    assert.notDeepEqual(a, b);
    assert.equal(JSON.stringify(b).includes('Ann'), false);
    assert.throws(() => readTagLib({ path: join(folder(), 'a.flac'), limits: { read: 10, memory: 1e8 } }));
    for (const before of ['a.flac', 'c.flac', 'b.flac']) {
      read(before);
      assert.deepEqual([read('a.flac'), read('b.flac')], [a, b]);
    }
  });
});
