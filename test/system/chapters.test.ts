import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binaries, makeTone } from '../support/audio.ts';
import { convertFile, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const run = promisify(execFile);

const CHAPTERS = [
  { start: 0, end: 1, title: 'Öne = ; # \\ "q"' },
  { start: 1, end: 2, title: 'Two\n[CHAPTER]' },
];

describe('Chapters of an original', () => {
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  async function probed(name: string, seconds: number, sections: string, ...settings: string[]) {
    const list = join(folder(), 'list.txt');
    await writeFile(list, `;FFMETADATA1\n${sections}`);
    await makeTone(join(folder(), name), seconds, '-i', list, '-map_chapters', '1', ...settings);
    return (await testEngine()).probe(join(folder(), name), signal);
  }

  const section = (start: number, end: number, title: string) =>
    `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${end}\ntitle=${title.replace(/[=;#\\\n]/g, '\\$&')}\n`;
  const sections = CHAPTERS.map(({ start, end, title }) => section(start * 1000, end * 1000, title)).join('');

  for (const [name, settings] of [
    ['a.m4a', []],
    ['a.mp3', []],
    ['a.mka', ['-c:a', 'flac']],
    ['a.opus', []],
    ['a.wma', []],
  ] as const) {
    it(`are read from ${name}`, async () => {
      const { media, moreChapters } = await probed(name, 2, sections, ...settings);
      assert.deepEqual(
        media.chapters.map(({ start, title }) => ({ start, title })),
        CHAPTERS.map(({ start, title }) => ({ start, title })),
      );
      assert.ok(media.chapters.every(({ end }, index) => Math.abs(end - (index + 1)) < 0.1));
      assert.equal(moreChapters, false);
    });
  }

  it('are read from a video whose picture nothing may decode', async () => {
    await probed('a.mka', 2, sections, '-c:a', 'flac');
    const { ffmpeg } = await binaries();
    const video = join(folder(), 'a.mkv');
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=5:duration=2', '-c:v', 'mpeg4'];
    await run(ffmpeg.path, ['-v', 'error', '-i', join(folder(), 'a.mka'), ...picture, video]);
    const { media } = await (await testEngine()).probe(video, signal);
    assert.deepEqual(media.chapters, CHAPTERS);
  });

  it('are an empty list where there are none', async () => {
    assert.deepEqual((await probed('b.m4a', 1, '')).media.chapters, []);
  });

  it('in a hostile number cost the sound nothing', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      section(index, index + 1, 'x'.repeat(100)),
    ).join('');
    const { media, moreChapters } = await probed('c.mka', 1, many, '-c:a', 'flac');
    assert.ok(media.chapters.length <= 2000);
    assert.deepEqual([moreChapters, media.codec], [true, 'flac']);
  });

  for (const name of ['mp3', 'm4a', 'flac', 'ogg', 'opus', 'webm']) {
    it(`stay in ${name}, moved with the sound`, async () => {
      await probed(
        'in.mka',
        2,
        sections,
        '-c:a',
        'flac',
        '-metadata',
        'encoder=x',
        '-metadata',
        'title=Book',
      );
      const { media } = await convertFile(join(folder(), 'in.mka'), join(folder(), `out.${name}`), name, {
        start: 0.5,
      });
      const [one, two, ...others] = media.chapters;
      assert.deepEqual(
        [one?.start, one?.title, two?.start, two?.title],
        [0, CHAPTERS[0]?.title, 0.5, CHAPTERS[1]?.title],
      );
      assert.deepEqual([one?.end, others], [0.5, []]);
      assert.deepEqual(
        Object.keys(media.tags).filter((tag) => /chapter/i.test(tag)),
        [],
      );
    });
  }

  it('are replaced by those of the task', async () => {
    await probed('in.mka', 2, sections, '-c:a', 'flac');
    const chapters = [{ start: 0.5, end: 1, title: '[CHAPTER]\n;#=\\', url: 'https://a.example/?a=b#c' }];
    const { media } = await convertFile(join(folder(), 'in.mka'), join(folder(), 'out.mp3'), 'mp3', {
      chapters,
    });
    assert.deepEqual(media.chapters, chapters);
  });
});
