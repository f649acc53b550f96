import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { binaries, makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { run } from '../support/programs.ts';
import { decodedSamples } from '../support/sound.ts';

describe('The length of an original', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  const at = (name: string) => join(folder(), name);

  async function ffmpeg(...args: string[]): Promise<void> {
    const { ffmpeg } = await binaries();
    await run(ffmpeg.path, ['-v', 'error', '-y', ...args]);
  }

  async function joined(name: string, ...parts: string[]): Promise<string> {
    await writeFile(at(name), Buffer.concat(await Promise.all(parts.map((part) => readFile(part)))));
    return at(name);
  }

  async function tone(name: string, seconds: number, ...settings: string[]): Promise<string> {
    await makeTone(at(name), seconds, ...settings);
    return at(name);
  }

  /** Converts to WAV, and compares the media information and the samples with the true length. */
  async function lasts(path: string, seconds: number, codes: string[] = [], options = {}, to = 'wav') {
    const made = await convertFile(path, at(`out.${to}`), to, options);
    assert.deepEqual(
      made.warnings.map(({ code }) => code),
      codes,
      path,
    );
    const { start = 0 } = { start: 0, ...options };
    const samples = (await decodedSamples(at(`out.${to}`), '-ac', '1')).length / made.media.sampleRate;
    assert.ok(Math.abs(samples - seconds) < 0.08, `${path}: ${samples} s`);
    assert.ok(Math.abs((made.media.duration ?? 0) - samples) < 0.03, `${path}: ${made.media.duration} s`);
    assert.ok(
      Math.abs((made.original.duration ?? 0) - start - seconds) < 0.08,
      `${made.original.duration} s`,
    );
    return made;
  }

  it('is that of its sound, where a video is longer, begins earlier, or has no length', async () => {
    const pictures = ['-f', 'lavfi', '-i', 'testsrc=duration=3:size=64x64:rate=10'];
    const sound = ['-f', 'lavfi', '-i', 'sine=duration=1:sample_rate=48000'];
    const both = ['-map', '0', '-map', '1', '-c:v', 'mpeg4', '-c:a', 'flac'];
    await ffmpeg(...pictures, '-itsoffset', '1.5', ...sound, ...both, at('late.mkv'));
    await lasts(at('late.mkv'), 1);
    const gap = ['-af', "asetpts='PTS+gte(T,0.5)*2/TB'", '-c:a', 'flac'];
    await ffmpeg(...sound, ...gap, at('gap.mka'));
    await lasts(at('gap.mka'), 1);
    await ffmpeg(...sound, '-c:a', 'pcm_s16le', '-f', 'matroska', '-live', '1', at('live.mka'));
    await lasts(at('live.mka'), 1);
  });

  it('is that of all its streams, where several are chained or joined', async () => {
    for (const [extension, ...settings] of [
      ['ogg', '-c:a', 'libvorbis'],
      ['opus', '-c:a', 'libopus'],
      ['mp3', '-c:a', 'libmp3lame'],
    ] as const) {
      const part = await tone(`part.${extension}`, 1, ...settings);
      const path = await joined(`joined.${extension}`, part, part);
      await lasts(path, 2, ['concatenated']);
      await lasts(path, 0.5, ['concatenated'], { start: 1.5 });
      await lasts(path, 2, ['concatenated'], {}, 'opus');
    }
  });

  it('counts in one format, where rate and channels change', async () => {
    for (const extension of ['ogg', 'mp3']) {
      const first = await tone(`first.${extension}`, 1);
      const second = await tone(`second.${extension}`, 1, '-ar', '44100', '-ac', '2');
      const path = await joined(`changed.${extension}`, first, second);
      const codes = ['format_changes', 'concatenated'];
      const { warnings } = await lasts(path, 2, codes);
      assert.match(warnings[0]?.message ?? '', /from 48000 Hz mono to 44100 Hz stereo/);
      const { media, original } = await lasts(path, 0.7, codes, { start: 1.3, fadeOut: 0.3 });
      assert.deepEqual([media.sampleRate, media.channels], [48_000, 1]);
      assert.deepEqual([original.sampleRate, original.channels], [48_000, 1]);
      const samples = await decodedSamples(at('out.wav'));
      const loudest = (part: Float64Array) => part.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
      assert.ok(loudest(samples.subarray(-480)) < loudest(samples.subarray(0, 4800)) / 10, 'it fades out');
    }
  });

  it('is that of its samples, where the header declares none or too few', async () => {
    const path = await tone('a.m4a', 2, '-c:a', 'aac');
    const whole = await readFile(path);
    const place = whole.indexOf('mdhd') + 20;
    for (const samples of [0, 24_000]) {
      const changed = Buffer.from(whole);
      changed.writeUInt32BE(samples, place);
      await writeFile(path, changed);
      await lasts(path, 2);
    }
    const aiff = await readFile(await tone('a.aiff', 1));
    aiff.writeUInt32BE(0, aiff.indexOf('COMM') + 10);
    await writeFile(at('a.aiff'), aiff);
    await lasts(at('a.aiff'), 1);
  });

  it('does not begin with the time stamps of an Ogg stream', async () => {
    await lasts(await tone('a.opus', 1, '-c:a', 'libopus', '-output_ts_offset', '1000'), 1);
  });

  it('leaves nothing, once decoding has shown it', async () => {
    const path = await tone('a.ogg', 1);
    for (const to of ['wav', 'mp2', 'opus']) {
      await assert.rejects(convertFile(path, at('out'), to, { start: 2 }), {
        code: 'nothing_left',
        message: /lasts (0\.99|1\.0)\d+ s/,
      });
    }
  });

  it('is complete, without a warning, in every layout of FLAC', async () => {
    for (const layout of ['2.1', '3.0', '3.1', '4.0', '4.1', '5.0', '5.1', '6.0', '6.1', '7.1']) {
      const source = ['-f', 'lavfi', '-i', `anoisesrc=d=0.5:r=48000:a=0.1,pan=${layout}|c0=c0|c1=c0`];
      await ffmpeg(...source, at('layout.wav'));
      await lasts(at('layout.wav'), 0.5, [], {}, 'flac');
    }
  });
});
