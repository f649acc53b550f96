import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../../lib/runtime/private-folder.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('makeFolder', () => {
  const folder = temporaryFolder();

  it('makes a folder and those above it for its owner alone, however many do at once', async () => {
    const path = join(folder(), 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 10 }, () => makeFolder(path)));
    assert.equal((await stat(path)).mode & 0o777, 0o700);
    assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700);
  });

  it('gives up where no folder can be', async function () {
    if (process.platform !== 'linux') this.skip();
    await assert.rejects(makeFolder('/proc/tonemill/data'), { code: 'ENOENT' });
  });
});
