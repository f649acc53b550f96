import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isStreamed } from '../../lib/audio/ffmpeg/output.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { installMutagen, readWithMutagen } from '../mutagen/read.ts';
import { makeSound } from '../support/audio.ts';
import { convertFile, formatCalled, probeWithFfprobe } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { findProgram } from '../support/programs.ts';
import { decodedMd5, measuredLoudness } from '../support/sound.ts';

const run = promisify(execFile);

/** Pink noise in two channels, with old gains in its tags. */
const NOISE = 'anoisesrc=color=pink:sample_rate=48000:duration=2:seed=7:amplitude=0.4';
const OLD = [
  'REPLAYGAIN_TRACK_GAIN=-1.00 dB',
  'REPLAYGAIN_TRACK_PEAK=0.1',
  'REPLAYGAIN_REFERENCE_LOUDNESS=83 dB',
];

describe('The option replayGain', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  beforeEach(async () => {
    const old = OLD.flatMap((tag) => ['-metadata', tag]);
    await makeSound(path('in.flac'), NOISE, '-ac', '2', ...old);
  });

  /** The gain of a result in dB relative to -18 LUFS, from its tags. */
  function gainOf(tags: Readonly<Record<string, readonly string[]>>): number {
    const [units] = tags.R128_TRACK_GAIN ?? [];
    return units === undefined
      ? Number.parseFloat(tags.replaygainTrackGain?.[0] ?? '')
      : Number(units) / 256 + 5;
  }

  for (const name of ['mp3', 'm4a', 'ogg', 'opus', 'wav', 'wv', 'wma', 'mka'])
    it(`track measures the delivered ${name}`, async () => {
      const made = await convertFile(path('in.flac'), path(`out.${name}`), name, { replayGain: 'track' });
      const { integrated, truePeak } = await measuredLoudness(path(`out.${name}`));
      const gain = gainOf(made.media.tags);
      assert.ok(Math.abs(gain - (-18 - integrated)) <= 0.1, `${gain} dB for ${integrated} LUFS`);
      const [peak] = made.media.tags.replaygainTrackPeak ?? [];
      if (name === 'opus') assert.equal(peak, undefined);
      else
        assert.ok(Math.abs(20 * Math.log10(Number(peak)) - truePeak) <= 0.1, `${peak} for ${truePeak} dBTP`);
      assert.equal(
        Object.keys(made.media.tags).some((tag) => /reference/i.test(tag)),
        false,
      );
    });

  it('leaves a copy a copy, and the sound as it was', async () => {
    for (const replayGain of ['track', 'drop']) {
      const made = await convertFile(path('in.flac'), path('copy.flac'), 'flac', {
        replayGain,
        audio: 'copy',
      });
      assert.equal(made.copied, true);
      assert.equal(await decodedMd5(path('copy.flac')), await decodedMd5(path('in.flac')));
      const names = Object.keys(made.media.tags).filter((tag) => /^replaygain/i.test(tag));
      assert.equal(names.length, replayGain === 'track' ? 2 : 0, names.join());
    }
  });

  it('replaces wrong gains, which keep keeps', async () => {
    const [kept, track] = [await gainsOf('keep'), await gainsOf('track')];
    assert.deepEqual([kept.gain, kept.peak], ['-1.00 dB', '0.1']);
    assert.notEqual(track.gain, '-1.00 dB');

    async function gainsOf(replayGain: string) {
      const { media } = await convertFile(path('in.flac'), path('gain.flac'), 'flac', { replayGain });
      return { gain: media.tags.replaygainTrackGain?.[0], peak: media.tags.replaygainTrackPeak?.[0] };
    }
  });

  it('counts one channel as two if the loudness does, and measures after a change of level', async () => {
    await makeSound(path('mono.wav'), NOISE, '-ac', '1');
    const loudness = { target: -20, dualMono: 'yes' };
    const made = await convertFile(path('mono.wav'), path('mono.flac'), 'flac', {
      loudness,
      replayGain: 'track',
    });
    assert.ok(Math.abs(gainOf(made.media.tags) - 2) < 0.4, made.media.tags.replaygainTrackGain?.[0]);
  });

  it('tells silence, and formats without a place for it', async () => {
    await makeSound(path('silence.wav'), 'anullsrc=duration=1');
    const silent = await convertFile(path('silence.wav'), path('silence.mp3'), 'mp3', {
      replayGain: 'track',
    });
    assert.deepEqual(told(silent, 'replayGain'), ['too_quiet']);
    assert.equal(silent.media.tags.replaygainTrackGain, undefined);
    const placeless = await convertFile(path('in.flac'), path('out.ac3'), 'ac3', { replayGain: 'track' });
    assert.deepEqual(told(placeless, 'tags.replaygainTrackGain'), ['not_supported']);
  });

  it('needs a file, which no stream to a bucket is', () => {
    const asked = (replayGain: 'track' | 'drop') =>
      isStreamed(effectiveOptions(formatCalled('ogg'), { replayGain }), null);
    assert.deepEqual([asked('track'), asked('drop')], [false, true]);
  });

  it('is the same for mutagen, TagLib, ffprobe, mediainfo and opusinfo', async function () {
    const [mediainfo, opusinfo] = [await findProgram('mediainfo'), await findProgram('opusinfo')];
    const python = await installMutagen();
    if (!mediainfo || !opusinfo || !python) return this.skip();
    const names = ['mp3', 'm4a', 'flac', 'wv', 'opus'];
    const gains: number[] = [];
    for (const name of names) {
      const made = await convertFile(path('in.flac'), path(`read.${name}`), name, { replayGain: 'track' });
      gains.push(gainOf(made.media.tags));
    }
    const files = names.map((name) => path(`read.${name}`));
    const byMutagen = (await readWithMutagen(python, ...files)).map((found) => gainIn(found?.tags ?? {}));
    const byFfprobe = await Promise.all(
      files.map(async (file) => gainIn((await probeWithFfprobe(file)).tags)),
    );
    const byMediainfo = await Promise.all(
      files.map(async (file) => {
        const { stdout } = await run(mediainfo, ['--Output=JSON', file]);
        return gainIn(
          Object.fromEntries(
            stdout
              .matchAll(/"(ReplayGain_Gain|\w+_gain)": ?"([^"]+)"/gi)
              .map(([, name = '', text]) => [name, text]),
          ),
        );
      }),
    );
    assert.deepEqual([byMutagen, byFfprobe, byMediainfo], [gains, gains, gains]);
    const { stdout } = await run(opusinfo, [path('read.opus')]);
    assert.equal(gainIn({ r128_track_gain: /R128_TRACK_GAIN=(-?\d+)/.exec(stdout)?.[1] }), gains.at(-1));
  });

  it('has the names that readers of ID3 and MP4 compare letter by letter', async () => {
    await convertFile(path('in.flac'), path('names.mp3'), 'mp3', { replayGain: 'track' });
    await convertFile(path('in.flac'), path('names.m4a'), 'm4a', { replayGain: 'track' });
    assert.ok((await readFile(path('names.mp3'))).includes('replaygain_track_gain\0'));
    assert.ok((await readFile(path('names.m4a'))).includes('name\0\0\0\0replaygain_track_gain'));
  });
});

/** The gain of a track in dB relative to -18 LUFS, by a reader's names. */
function gainIn(tags: Readonly<Record<string, unknown>>): number {
  const named = (pattern: RegExp) =>
    Number.parseFloat(String(Object.entries(tags).find(([name]) => pattern.test(name))?.[1]));
  const units = named(/^r128_track_gain$/i);
  return Number.isNaN(units) ? named(/replaygain_(track_)?gain$/i) : units / 256 + 5;
}

function told(
  made: { adaptations: readonly { property: string; code: string }[] },
  property: string,
): string[] {
  return made.adaptations.filter((one) => one.property === property).map(({ code }) => code);
}
