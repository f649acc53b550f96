import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Made } from '../../lib/audio/engine/encode.ts';
import { binaries } from '../support/audio.ts';
import { convertFile, testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { PICTURES } from '../support/video.ts';

const sine = (seconds: number, channels: number) => {
  const tone = Array.from({ length: channels }, () => '0.5*sin(2*PI*440*t)').join('|');
  return ['-f', 'lavfi', '-i', `aevalsrc=${tone}:s=48000:d=${seconds}`];
};

describe('A file with several sound tracks', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  /** A film of three tracks: 1 s of mono, 2 s of stereo, which is the default, and 0.5 s with three channels. */
  async function film(container: string, video: readonly string[] = []): Promise<string> {
    const { ffmpeg } = await binaries();
    const path = join(folder(), `film${video.length}.${container}`);
    const sounds = [...sine(1, 1), ...sine(2, 2), ...sine(0.5, 3)];
    const first = video.length > 0 ? 1 : 0;
    const maps = [
      ...(first ? ['-map', '0:v'] : []),
      ...[0, 1, 2].flatMap((at) => ['-map', `${at + first}:a`]),
    ];
    const languages = ['eng', 'spa', 'ger'].flatMap((code, at) => [
      `-metadata:s:a:${at}`,
      `language=${code}`,
    ]);
    const marks = ['0', 'default', '0'].flatMap((mark, at) => [`-disposition:a:${at}`, mark]);
    const codecs = ['-c:a', 'flac', '-strict', '-2', '-c:a:2', 'ac3'];
    const titled = ['-metadata:s:a:2', 'title=Kommentar'];
    const settings = [...maps, ...codecs, ...languages, ...marks, ...titled];
    await run(ffmpeg.path, ['-v', 'error', '-y', ...video, ...sounds, ...settings, path]);
    return path;
  }

  const films = (): Promise<string>[] => [
    film('mp4'),
    film('mkv'),
    film('mp4', [...PICTURES, '-c:v', 'mpeg4']),
    film('mkv', [...PICTURES, '-c:v', 'mpeg4']),
  ];

  it('gives the one marked default, and names the others', async () => {
    for (const making of films()) {
      const path = await making;
      const made = await convertFile(path, join(folder(), 'out.flac'), 'flac');
      assert.equal(made.media.channels, 2, path);
      assert.equal(made.media.duration, 2, path);
      const told = made.adaptations.filter(({ property }) => property === 'tracks');
      assert.deepEqual(told, [
        {
          ...{ code: 'one_track', property: 'tracks', from: 3, to: 1 },
          reason: 'A result has one sound track: number 2. Left out: 1 (eng, flac), 3 (ger, ac3).',
        },
      ]);
    }
  });

  it('gives the one with a number or with a language, in every pass', async () => {
    const channels = ({ media }: Made) => media.channels;
    for (const making of films()) {
      const path = await making;
      const made = (options: object) => convertFile(path, join(folder(), 'out.wav'), 'wav', options);
      assert.equal(channels(await made({ track: 1 })), 1, path);
      assert.equal(channels(await made({ track: 'GER' })), 3, path);
      assert.equal(channels(await made({ track: 'es' })), 2, path);
      const faded = await made({ track: 'deu', fadeOut: 0.2, loudness: { target: -30 } });
      assert.equal(faded.original.codec, 'ac3');
      assert.ok(Math.abs((faded.media.duration ?? 0) - 0.5) < 0.05, `${faded.media.duration} s`);
      assert.deepEqual(faded.warnings, []);
      await assert.rejects(made({ track: 4 }), {
        code: 'no_such_track',
        message: /1 \(eng, flac\), 2 \(spa/,
      });
      await assert.rejects(made({ track: 'fra' }), { code: 'no_such_track' });
    }
  });

  it('lists them with codec, language, title and default', async () => {
    const audio = await testEngine();
    for (const making of films()) {
      const path = await making;
      const { tracks } = (await audio.probe(path, signal)).media;
      const seen = tracks.map(({ number, codec, channels, sampleRate, language, default: isDefault }) => {
        return [number, codec, channels, sampleRate, language, isDefault];
      });
      assert.deepEqual(
        seen,
        [
          [1, 'flac', 1, 48_000, 'eng', false],
          [2, 'flac', 2, 48_000, 'spa', true],
          [3, 'ac3', 3, 48_000, 'ger', false],
        ],
        path,
      );
    }
  });

  it('gives a track that can be decoded where the default one cannot, and tells it', async () => {
    const { ffmpeg } = await binaries();
    const path = join(folder(), 'sonic.avi');
    const codecs = ['-map', '0', '-map', '1', '-strict', '-2', '-c:a:0', 'sonic', '-c:a:1', 'pcm_s16le'];
    await run(ffmpeg.path, ['-v', 'error', ...sine(1, 1), ...sine(1, 2), ...codecs, path]);
    const { media, adaptations } = await convertFile(path, join(folder(), 'out.wav'), 'wav');
    assert.equal(media.channels, 2);
    assert.deepEqual(
      adaptations.map(({ property, from, to }) => [property, from, to]),
      [
        ['tracks', 2, 1],
        ['track', 1, 2],
      ],
    );
    const forced = convertFile(path, join(folder(), 'out.wav'), 'wav', { track: 1 });
    await assert.rejects(forced, { code: 'unsupported_codec' });
  });
});
