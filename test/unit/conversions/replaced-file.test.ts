import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createFolderStorage } from '../../../lib/adapters/storage/nfs.ts';
import { whileThere } from '../../../lib/conversions/replaced-file.ts';
import { AppError } from '../../../lib/runtime/errors.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('Work on a file of a task', () => {
  const folder = temporaryFolder();

  async function stored() {
    const storage = createFolderStorage({ root: join(folder(), 'results'), role: 'results', own: true });
    await storage.put('1/1/a.mp3', Readable.from(['sound']));
    return { storage, key: '1/1/a.mp3', size: 5, version: '1-1', name: 'a.mp3', mimeType: 'audio/mpeg' };
  }
  const failing = (code: 'unavailable' | 'damaged') => async () => {
    throw new AppError(code, 'It failed.');
  };

  it('asks the caller to come again where the file was removed meanwhile', async () => {
    const file = await stored();
    await assert.rejects(
      whileThere(file, async () => {
        await file.storage.remove(file.key);
        return failing('unavailable')();
      }),
      { code: 'not_ready', retryAfter: 1 },
    );
  });

  it('passes on the error of a file that is there, and each that is not of the storage', async () => {
    const file = await stored();
    await assert.rejects(whileThere(file, failing('unavailable')), { code: 'unavailable' });
    await file.storage.remove(file.key);
    await assert.rejects(whileThere(file, failing('damaged')), { code: 'damaged' });
  });
});
