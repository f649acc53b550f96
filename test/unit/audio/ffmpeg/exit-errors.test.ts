import assert from 'node:assert/strict';
import { join } from 'node:path';
import { limitReached } from '../../../../lib/audio/ffmpeg/exit-errors.ts';
import { hasCode } from '../../../../lib/runtime/errors.ts';
import { testEngine } from '../../../support/engine.ts';
import { temporaryFolder } from '../../../support/folders.ts';

describe('A conversion that fails', () => {
  const folder = temporaryFolder();

  it('for want of its original is tried again, since a share may be away', async () => {
    const audio = await testEngine();
    const gone = audio.probe(join(folder(), 'input'), new AbortController().signal);
    await assert.rejects(gone, (error) => hasCode(error, 'unavailable'));
  });

  for (const words of [
    'av_interleaved_write_frame(): No space left on device',
    'input: Input/output error',
    'input: Stale file handle',
    'input: Stale NFS file handle',
  ]) {
    it(`is tried again where ffmpeg says ${words}`, () => {
      assert.equal(limitReached({ code: 1, signal: null, stderr: words })?.code, 'unavailable');
    });
  }

  it('is not tried again where its content is to blame', () => {
    const words = 'input: Invalid data found when processing input';
    assert.equal(limitReached({ code: 1, signal: null, stderr: words }), undefined);
  });
});
