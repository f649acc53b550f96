import assert from 'node:assert/strict';
import { join } from 'node:path';
import { withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { givesSoundOnly, videoEncoders, withVideo } from '../support/video.ts';

describe('A file with video of every codec that this ffmpeg encodes', function () {
  this.timeout(900_000);
  const folder = temporaryFolder();

  it('gives its sound, and no program starts a decoder of video for it', async () => {
    const tried: string[] = [];
    const failures: string[] = [];
    await withEach(await videoEncoders(), async (encoder) => {
      const file = await withVideo(folder(), encoder);
      if (!file) return;
      tried.push(encoder);
      await givesSoundOnly(file, join(folder(), `${encoder}.flac`)).catch((error: unknown) => {
        failures.push(`${encoder}: ${error}`);
      });
    });
    assert.deepEqual(failures, []);
    assert.ok(tried.length > 20, tried.join());
  });
});
