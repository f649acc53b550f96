import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { standardName } from '../../lib/audio/media/tag-names.ts';
import { binaries, makeSound, makeTone } from '../support/audio.ts';
import { convertFile, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { decodedMd5 } from '../support/sound.ts';

const run = promisify(execFile);

const TAGS = {
  title: 'Über den Wolken 雲の上',
  artist: 'Ann & Bob; "C" = D',
  album: 'Línea',
  album_artist: 'Various',
  track: '3/12',
  disc: '1/2',
  date: '2019',
  genre: 'Jazz',
  comment: 'No comment — really',
  composer: 'Dvořák',
  lyrics: 'first line\nsecond line',
};

/** The same tags by their names in a task. */
const SHOWN = Object.fromEntries(
  Object.entries(TAGS).map(([name, value]) => [standardName(name) ?? name, [value]]),
);

/** Containers with a place for every tag. */
const FULL = ['mp3', 'flac', 'ogg', 'opus', 'm4a', 'alac', 'wav', 'aiff', 'wma', 'webm', 'aac', 'caf'];
const WITH_PICTURE = ['mp3', 'flac', 'ogg', 'opus', 'm4a', 'alac', 'wav', 'aiff'];

const fileOf = (format: string) => `${format}.${format === 'alac' ? 'm4a' : format}`;

describe('Tags and cover art', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  async function original(name: string, tags: object = TAGS): Promise<string> {
    const settings = Object.entries(tags).flatMap(([tag, value]) => ['-metadata', `${tag}=${value}`]);
    await makeTone(path(name), 1, ...settings);
    return path(name);
  }

  async function withPicture(name: string, pixels: number): Promise<string> {
    const { ffmpeg } = await binaries();
    await original('plain.flac');
    const noise = `nullsrc=s=${pixels}x${pixels}:d=0.04,geq=lum=random(1)*255:cb=128:cr=128`;
    await run(ffmpeg.path, [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      noise,
      '-frames:v',
      '1',
      '-q:v',
      '2',
      path('cover.jpg'),
    ]);
    const both = [
      '-i',
      path('plain.flac'),
      '-i',
      path('cover.jpg'),
      '-map',
      '0:a',
      '-map',
      '1:v',
      '-c',
      'copy',
    ];
    await run(ffmpeg.path, ['-v', 'error', ...both, '-disposition:v', 'attached_pic', path(name)]);
    return path(name);
  }

  async function pictureOf(file: string): Promise<Buffer> {
    const { ffmpeg } = await binaries();
    const copy = ['-map', '0:v:0', '-c', 'copy', '-f', 'image2pipe', 'pipe:1'];
    const options = { encoding: 'buffer', maxBuffer: 2 ** 26 } as const;
    return (await run(ffmpeg.path, ['-v', 'error', '-i', file, ...copy], options)).stdout;
  }

  for (const from of ['flac', 'mp3', 'm4a']) {
    it(`survive from ${from} into every container that has a place for them`, async () => {
      const input = await original(`in.${from}`);
      await withEach(FULL, async (to) => {
        const { media } = await convertFile(input, path(fileOf(to)), to);
        for (const [tag, values] of Object.entries(SHOWN))
          assert.deepEqual(media.tags[tag], values, `${tag} in ${to}`);
      });
    });
  }

  it('survive conversions through RIFF, MP4, Vorbis comments and ID3 one after the other', async () => {
    let file = await original('in.flac');
    for (const to of ['wav', 'm4a', 'ogg', 'aiff', 'opus', 'mp3', 'wav', 'flac']) {
      const { media } = await convertFile(file, path(`${to}-next.${to}`), to);
      for (const [tag, values] of Object.entries(SHOWN))
        assert.deepEqual(media.tags[tag], values, `${tag} in ${to}`);
      file = path(`${to}-next.${to}`);
    }
  });

  it('stand in the chunks that players of WAV read, and no sound is lost by it', async () => {
    const input = await original('in.flac');
    await convertFile(input, path('out.wav'), 'wav');
    const bytes = await readFile(path('out.wav'));
    assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
    for (const part of ['LIST', 'INFO', 'ID3 ', 'TPE2', 'COMM', 'USLT', 'TPOS']) {
      assert.ok(bytes.includes(Buffer.from(part, 'latin1')), part);
    }
    assert.equal(await decodedMd5(path('out.wav')), await decodedMd5(input));
  });

  it('can be set, removed one by one, and stripped', async () => {
    const input = await original('in.flac');
    await withEach(['mp3', 'm4a', 'opus', 'wav', 'flac'], async (to) => {
      const metadata = { title: 'Other – 新しい', comment: '', artist: "-i 'x' \\ = ;#" };
      const set = await convertFile(input, path(fileOf(to)), to, { metadata });
      assert.deepEqual(set.media.tags.title, [metadata.title], to);
      assert.deepEqual(set.media.tags.artist, [metadata.artist], to);
      assert.equal(set.media.tags.comment, undefined, to);
      assert.deepEqual(set.media.tags.album, [TAGS.album], to);
      const stripped = await convertFile(input, path(fileOf(to)), to, { metadata: 'strip' });
      for (const tag of Object.keys(SHOWN))
        assert.equal(stripped.media.tags[tag], undefined, `${tag} in ${to}`);
    });
  });

  it('lose the gain tags of players once the level is changed', async () => {
    const gains = {
      REPLAYGAIN_TRACK_GAIN: '-6.50 dB',
      REPLAYGAIN_TRACK_PEAK: '0.98',
      R128_TRACK_GAIN: '-1664',
    };
    const input = await original('in.flac', { ...gains, title: 'kept' });
    await withEach(['mp3', 'ogg', 'wav', 'opus'], async (to) => {
      const same = await convertFile(input, path(fileOf(to)), to);
      const { replaygainTrackGain, R128_TRACK_GAIN } = same.media.tags;
      assert.deepEqual(
        to === 'opus' ? R128_TRACK_GAIN : replaygainTrackGain,
        [to === 'opus' ? '-1664' : '-6.50 dB'],
        to,
      );
      for (const options of [{ gain: 3 }, { loudness: { target: -16 } }]) {
        const { media } = await convertFile(input, path(fileOf(to)), to, options);
        assert.deepEqual(
          Object.keys(media.tags).filter((tag) => /gain|r128/i.test(tag)),
          [],
          to,
        );
        assert.deepEqual(media.tags.title, ['kept'], to);
      }
    });
  });

  for (const to of WITH_PICTURE) {
    it(`keep a picture byte for byte in ${to}`, async () => {
      const input = await withPicture('in.flac', 600);
      const picture = await readFile(path('cover.jpg'));
      assert.ok(picture.length > 150_000);
      const { media, adaptations } = await convertFile(input, path(fileOf(to)), to);
      assert.ok(media.coverArt);
      assert.deepEqual(
        adaptations.filter(({ property }) => property === 'coverArt'),
        [],
      );
      assert.ok((await pictureOf(path(fileOf(to)))).equals(picture));
      assert.deepEqual(media.tags.title, [TAGS.title]);
      if (to === 'flac') assert.equal(await decodedMd5(path(fileOf(to))), await decodedMd5(input));
    });
  }

  it('keep a picture on the way from Ogg, MP4 and RIFF', async () => {
    let file = await withPicture('in.flac', 200);
    for (const to of ['ogg', 'm4a', 'wav', 'opus', 'mp3', 'aiff', 'flac']) {
      const { media } = await convertFile(file, path(`${to}-next.${to}`), to);
      assert.ok(media.coverArt, to);
      file = path(`${to}-next.${to}`);
    }
    assert.ok((await pictureOf(file)).equals(await readFile(path('cover.jpg'))));
  });

  it('leave a picture out when told so, or where there is no place for it, and say the latter', async () => {
    const input = await withPicture('in.flac', 100);
    const stripped = await convertFile(input, path('out.mp3'), 'mp3', { coverArt: 'strip' });
    assert.equal(stripped.media.coverArt, false);
    assert.deepEqual(stripped.adaptations, []);
    const none = await convertFile(input, path('out.caf'), 'caf');
    assert.equal(none.adaptations[0]?.property, 'coverArt');
  });

  it('take no picture of a video for a cover', async () => {
    const { ffmpeg } = await binaries();
    const video = ['-f', 'lavfi', '-i', 'color=red:s=64x64:d=1', '-f', 'lavfi', '-i', 'sine=duration=1'];
    await run(ffmpeg.path, ['-v', 'error', ...video, '-c:v', 'mjpeg', '-c:a', 'aac', path('in.mov')]);
    const { media } = await convertFile(path('in.mov'), path('out.mp3'), 'mp3');
    assert.equal(media.coverArt, false);
  });

  it('are read from speech of any kind without tags, too', async () => {
    await makeSound(path('in.wav'), 'sine=duration=1');
    const { media } = await convertFile(path('in.wav'), path('out.wav'), 'wav', {
      metadata: { title: 'New' },
    });
    assert.deepEqual(media.tags.title, ['New']);
  });
});
