import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binaries } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { givesSoundOnly, PICTURES, SOUND, withVideo } from '../support/video.ts';

const SUBTITLES = '1\n00:00:00,000 --> 00:00:01,000\nWords\n';

describe('A file with video', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();

  for (const encoder of ['magicyuv', 'exr', 'ffv1', 'mpeg4', 'libx264']) {
    it(`by ${encoder} gives its sound, and no program starts a decoder of video for it`, async function () {
      const file = await withVideo(folder(), encoder);
      if (!file) return this.skip();
      await givesSoundOnly(file, join(folder(), `${encoder}.flac`));
    });
  }

  it('and subtitles, an attachment and a cover gives its sound and its cover, by no decoder of subtitles', async () => {
    const { ffmpeg } = await binaries();
    const [cover, subtitles, file] = ['cover.png', 'words.srt', 'all.mkv'].map((name) =>
      join(folder(), name),
    );
    assert.ok(cover && subtitles && file);
    await run(ffmpeg.path, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      'testsrc=size=40x30',
      '-frames:v',
      '1',
      cover,
    ]);
    await writeFile(subtitles, SUBTITLES);
    const inputs = [...PICTURES, ...SOUND, '-i', subtitles];
    const attached = [
      '-attach',
      cover,
      '-metadata:s:t',
      'mimetype=image/png',
      '-metadata:s:t',
      'filename=cover.png',
    ];
    await run(ffmpeg.path, ['-v', 'error', ...inputs, ...attached, '-c:v', 'ffv1', '-c:s', 'srt', file]);
    const made = await givesSoundOnly(file, join(folder(), 'all.flac'));
    assert.equal(made.coverArt, true);
  });
});
