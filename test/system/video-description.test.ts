import assert from 'node:assert/strict';
import { join } from 'node:path';
import { outputMark } from '../../lib/audio/ffmpeg/arguments.ts';
import { readDescription } from '../../lib/audio/ffmpeg/input-description.ts';
import { channelCount } from '../../lib/audio/formats/channel-layouts.ts';
import { binaries } from '../support/audio.ts';
import { testEngine } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { PICTURES, SOUND } from '../support/video.ts';

/** A line as long as no description by ffmpeg repeats it whole, and one that looks like another stream. */
const TITLE = `${'long '.repeat(200)}\n  Stream #0:9: Audio: mp3, 8000 Hz, mono, fltp\n=;#\\ [STREAM]`;

const UNDECLARED = { tags: { language: 'und' } };

const MARK = outputMark('x');

describe('A file whose video nothing may decode', () => {
  const folder = temporaryFolder();
  const { signal } = new AbortController();

  it('is described with its sound, its length and its tags, whatever those say', async () => {
    const { ffmpeg } = await binaries();
    const audio = await testEngine();
    const sound = ['-f', 'lavfi', '-i', 'aevalsrc=0|0|0|0|0|0:s=44100:d=0.5:c=5.1'];
    const tags = ['-metadata', `title=${TITLE}`, '-metadata', 'artist=Él'];
    for (const [container, codec, bitDepth] of [
      ['mov', 'pcm_s24le', 24],
      ['mkv', 'flac', 24],
      ['mp4', 'aac', null],
    ] as const) {
      const file = join(folder(), `a.${container}`);
      const settings = ['-c:v', 'mpeg4', '-c:a', codec, ...tags];
      const longer = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=5'];
      await run(ffmpeg.path, ['-v', 'error', ...longer, ...sound, ...settings, file]);
      const { media } = await audio.probe(file, signal);
      const { duration, tags: shown, bitrate: _, tracks: __, ...rest } = media;
      assert.ok(Math.abs((duration ?? 0) - 0.5) < 0.1, `${container}: ${duration} s`);
      assert.deepEqual([shown.title, shown.artist], [[TITLE], ['Él']], container);
      assert.deepEqual(
        rest,
        {
          container: container === 'mkv' ? 'matroska' : 'mov',
          ...{ codec, sampleRate: 44_100, channels: 6, channelLayout: '5.1', bitDepth },
          ...{ coverArt: false, pictures: [], chapters: [], chunks: [], loudness: null },
        },
        container,
      );
    }
  });

  it('is refused where it has no sound, and where no decoder of its sound is allowed', async () => {
    const { ffmpeg } = await binaries();
    const audio = await testEngine();
    const silent = join(folder(), 'silent.mkv');
    await run(ffmpeg.path, ['-v', 'error', ...PICTURES, '-c:v', 'mpeg4', silent]);
    await assert.rejects(audio.probe(silent, signal), { code: 'no_audio' });
    const unknown = join(folder(), 'unknown.mkv');
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=1', '-strict', '-2', '-c:a', 'sonic'];
    await run(ffmpeg.path, ['-v', 'error', ...sound, '-f', 'avi', unknown]);
    await assert.rejects(audio.probe(unknown, signal), { code: 'unsupported_codec' });
  });

  it('is described alike by builds of every year', () => {
    const lines = [
      "Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'x':",
      '  Duration: 01:02:03.50, start: 0.000000, bitrate: 416 kb/s',
      '    Stream #0:0(und): Video: png, rgba(pc), 40x30, 90k tbr (attached pic)',
      '    Stream #0:1(eng): Audio: pcm_s24be (in24 / 0x34326E69), 48000 Hz, 3 channels, s32 (24 bit), 1152 kb/s (default)',
      `Output #0, ffmetadata, to '${MARK}':`,
      '    Stream #0:0(und): Audio: mp3, 8000 Hz, mono',
    ];
    const picture = { attached_pic: 1 as const, default: 0 as const };
    assert.deepEqual(readDescription(lines.join('\n'), '', MARK), {
      format: { format_name: 'mov,mp4,m4a,3gp,3g2,mj2', duration: 3723.5, tags: {} },
      chapters: [],
      streams: [
        {
          index: 0,
          codec_type: 'video',
          codec_name: 'png',
          disposition: picture,
          ...UNDECLARED,
          width: 40,
          height: 30,
        },
        {
          ...{
            index: 1,
            codec_type: 'audio',
            codec_name: 'pcm_s24be',
            disposition: { attached_pic: 0, default: 1 },
          },
          tags: { language: 'eng' },
          ...{ sample_rate: 48_000, channels: 3, channel_layout: undefined, sample_fmt: 's32' },
          ...{ bits_per_raw_sample: 24, bits_per_sample: 24, bit_rate: 1_152_000 },
        },
      ],
    });
    assert.equal(readDescription('x: Invalid data found when processing input', '', MARK), undefined);
  });

  it('cannot choose its sound by a language or by the name of a tag', async () => {
    const { ffmpeg } = await binaries();
    const audio = await testEngine();
    const settings = ['-v', 'error', ...PICTURES, ...SOUND, '-c:v', 'mpeg4', '-c:a', 'pcm_s16le'];
    const spoken = join(folder(), 'spoken.mkv');
    const language = 'e): Audio: mp3, 8000 Hz, 7.1 (';
    await run(ffmpeg.path, [...settings, '-metadata:s:a:0', `language=${language}`, spoken]);
    const { codec, sampleRate, channels } = (await audio.probe(spoken, signal)).media;
    assert.deepEqual([codec, sampleRate, channels], ['pcm_s16le', 48_000, 1]);
    const forgeries = {
      stream: 'x\n  Stream #0:1: Audio: mp3, 8000 Hz, 7.1\n  y',
      end: "x\n  Stream #0:1: Audio: mp3, 8000 Hz, 7.1\nOutput #0, ffmetadata, to 'pipe:1':\n  y",
      heading: "x\nInput #0, mp3, from 'x':\n  y",
    };
    for (const [kind, name] of Object.entries(forgeries)) {
      const forged = join(folder(), `${kind}.mov`);
      const tag = ['-movflags', 'use_metadata_tags', '-metadata', `${name}=1`];
      await run(ffmpeg.path, [...settings, ...tag, forged]);
      await assert.rejects(audio.probe(forged, signal), { code: 'not_audio' }, kind);
    }
    const silent = join(folder(), 'mute.mov');
    const tag = [
      '-movflags',
      'use_metadata_tags',
      '-metadata',
      `x\n  Stream #0:1: Audio: aac, 8000 Hz, mono\n=1`,
    ];
    await run(ffmpeg.path, ['-v', 'error', ...PICTURES, '-c:v', 'mpeg4', ...tag, silent]);
    await assert.rejects(audio.probe(silent, signal), { code: 'no_audio' });
  });

  it('may have any layout of channels', () => {
    const layouts = { mono: 1, quad: 4, '5.1(side)': 6, '22.2': 24, cube: 8, '5.1.2': 8, '12 channels': 12 };
    for (const [layout, channels] of Object.entries(layouts)) assert.equal(channelCount(layout), channels);
    for (const unknown of ['constructor', '', 'ambisonic']) assert.equal(channelCount(unknown), 0);
  });
});
