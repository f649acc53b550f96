import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { headPadding } from '../../lib/audio/engine/result-tags.ts';
import { readFileTags, writeFileTags } from '../../lib/audio/tags/read-and-write.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { formatCalled } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const run = promisify(execFile);

describe('The head of a file', () => {
  const folder = temporaryFolder();

  for (const name of ['mp3', 'flac']) {
    it(`of ${name} has room for tags and pictures, so that they move no sound`, async () => {
      const original = join(folder(), 'in.flac');
      const [cover, output] = [join(folder(), 'cover.png'), join(folder(), `out.${name}`)];
      const { ffmpeg } = await binaries();
      const noise = 'nullsrc=s=200x200:d=0.04,geq=lum=random(1)*255:cb=128:cr=128';
      await run(ffmpeg.path, ['-v', 'error', '-f', 'lavfi', '-i', noise, '-frames:v', '1', cover]);
      await makeTone(original, 1);
      const tags = {
        title: ['Über'],
        artist: ['Ann', 'Bob'],
        lyrics: ['line\n'.repeat(900)],
        'my tag': ['x'],
      };
      const file = writeFileTags(original, { tags, pictures: null, cover, others: {} });
      assert.ok(file?.pictures[0] && file.pictures[0].bytes > 20_000);
      const planned = { ...file, chapters: {}, others: {}, adaptations: [] };
      const padding = headPadding(formatCalled(name), planned);
      await makeTone(output, 1, '-metadata_header_padding', String(padding));
      const { size } = await stat(output);
      writeFileTags(output, { tags, pictures: { from: original, wanted: file.pictures }, others: {} });
      assert.equal((await stat(output)).size, size);
      assert.equal(readFileTags(output)?.pictures.length, 1);
    });
  }

  it('has the padding of ffmpeg where there are no tags', () => {
    const none = { tags: {}, chapters: {}, pictures: [], others: {}, adaptations: [] };
    assert.equal(headPadding(formatCalled('mp3'), none), null);
  });
});
