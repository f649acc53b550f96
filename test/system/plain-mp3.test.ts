import assert from 'node:assert/strict';
import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlainMp3 } from '../../lib/audio/engine/plain-mp3.ts';
import type { Probed } from '../../lib/audio/media/ffprobe-output.ts';
import type { FileTags } from '../../lib/audio/media/file-tags.ts';
import { originalTags } from '../../lib/audio/tags/original-tags.ts';
import { createTagWorker } from '../../lib/audio/tags/tag-worker.ts';
import { makeTone } from '../support/audio.ts';
import { probeWithFfprobe } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const meta = (...texts: string[]) => texts.flatMap((text) => ['-metadata', text]);

/** Settings of ffmpeg by their subject. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  'no tags': ['-id3v2_version', '0'],
  'usual tags of version 4': [...meta('title=Ein Lied', 'artist=Ä', 'track=3/12', 'disc=1/2', 'genre=Rock')],
  'usual tags of version 3': [
    '-id3v2_version',
    '3',
    ...meta('title=Ein Lied', 'artist=Жук', 'track=03', 'date=2001'),
  ],
  'names of their own': meta('My Own Name=A', 'mood=sad', 'BPM=120', 'CatalogNumber=B 1'),
  'names of their own in UTF-16': ['-id3v2_version', '3', ...meta('Größe=viel', 'Mein Feld=Жук')],
  'an ID3v1 tag': ['-write_id3v1', '1', ...meta('title=Ein Lied')],
  'a variable bitrate': ['-q:a', '4', ...meta('comment=Hello')],
  'two channels at a low rate': ['-ac', '2', '-ar', '16000'],
};

describe('A plain MP3 file', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const worker = createTagWorker();
  after(() => worker.close());

  async function make(...settings: readonly string[]): Promise<string> {
    const path = join(folder(), 'a.mp3');
    await makeTone(path, 4.1, ...settings);
    return path;
  }

  for (const [subject, settings] of Object.entries(FILES)) {
    it(`is described as by ffprobe: ${subject}`, async () => {
      const path = await make(...settings);
      const [plain, probed, file] = [
        await readPlainMp3(path),
        await probeWithFfprobe(path),
        await worker.read(path),
      ];
      assert.ok(plain && file);
      assert.deepEqual(soundOf(plain), soundOf(probed));
      assert.deepEqual(tagsOf(plain, file), tagsOf(probed, file));
    });
  }

  it('has the bytes that its header states, and nothing but tags around them', async () => {
    const path = await make();
    const whole = await readFile(path);
    const { size } = await stat(path);
    for (const end of ['x', 'TAG', Buffer.alloc(128), whole]) {
      await writeFile(path, whole);
      await appendFile(path, end);
      assert.equal(await readPlainMp3(path), undefined);
    }
    for (const length of [size - 1, 1000, 50, 3, 0]) {
      await writeFile(path, whole);
      await truncate(path, length);
      assert.equal(await readPlainMp3(path), undefined, `${length} bytes`);
    }
    assert.equal(await readPlainMp3(join(folder(), 'none.mp3')), undefined);
  });

  it('has no chapters, and no tag with flags, of another version or with a size that is none', async () => {
    const chapters = join(folder(), 'chapters.txt');
    await writeFile(chapters, ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=2\ntitle=A\n');
    const path = join(folder(), 'a.mp3');
    await makeTone(path, 4.1, '-f', 'ffmetadata', '-i', chapters, '-map_chapters', '1');
    assert.equal(await readPlainMp3(path), undefined);
    const bytes = await readFile(await make(...meta('title=A')));
    for (const [at, value] of [
      [3, 2],
      [5, 0x80],
      [6, 0x80],
      [19, 1],
    ] as const) {
      const other = Buffer.from(bytes);
      other[at] = value;
      await writeFile(path, other);
      assert.equal(await readPlainMp3(path), undefined, `${value} at ${at}`);
    }
  });
});

/** Everything that does not depend on tags. */
function soundOf({ tags: _, sounds, media, ...rest }: Probed) {
  const { tags, coverArt, ...properties } = media;
  const ofTracks = sounds.map(({ tags: _of, media: { tags: _shown, ...sound }, ...track }) => ({
    ...track,
    sound,
  }));
  return { ...rest, sounds: ofTracks, media: properties };
}

/** Tags as a task has them. */
function tagsOf(probed: Probed, file: FileTags) {
  return originalTags({ ...probed, file });
}
