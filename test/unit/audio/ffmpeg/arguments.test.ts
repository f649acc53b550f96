import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  convertArguments,
  lengthArguments,
  loudnessArguments,
  probeArguments,
  selectedSound,
} from '../../../../lib/audio/ffmpeg/arguments.ts';
import { effectiveOptions } from '../../../../lib/audio/formats/effective-options.ts';
import { FORMATS } from '../../../../lib/audio/formats/formats.ts';
import { type Options, parseOptions } from '../../../../lib/audio/formats/options.ts';
import { PRESET_NAMES } from '../../../../lib/audio/formats/presets.ts';
import type { Probed } from '../../../../lib/audio/media/ffprobe-output.ts';
import { STANDARD_NAMES } from '../../../../lib/audio/media/tag-names.ts';
import { planConversion } from '../../../../lib/audio/plan/plan.ts';
import { ffmpegTags } from '../../../../lib/audio/tags/ffmpeg-tags.ts';
import { originalTags } from '../../../../lib/audio/tags/original-tags.ts';
import { wantedTags } from '../../../../lib/audio/tags/tag-changes.ts';

/** Options of ours that take no value; all others take the one that follows. */
const FLAGS = new Set(['-nostdin', '-hide_banner', '-nostats', '-y', '-vn', '-sn', '-dn']);

/** Names that ffmpeg knows and this program uses, without a stream specifier. */
const KNOWN =
  /^-(nostdin|hide_banner|nostats|y|v|progress|protocol_whitelist|format_whitelist|codec_whitelist|max_pixels|max_streams|i|max_error_rate|map|vn|sn|dn|map_chapters|map_metadata|metadata|filter|c|sample_fmt|b|q|minrate|maxrate|vbr|compression_level|bits_per_raw_sample|brand|disposition|id3v2_version|rf64|fflags|write_bext|movflags|movie_timescale|metadata_header_padding|write_id3v2|fs|f|ac|flush_packets|blocksize)(:[a-z](:[a-z])?(:\d)?)?$/;

/** Filters and their arguments: names of ours, numbers, and layouts. */
const FILTERS = /^[a-zA-Z0-9_.=:|,()*+-]+$/;

const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '-i',
    '-y',
    'file:/etc/passwd',
    "'; movie=/etc/passwd",
    'a=b',
    '-f',
    '\n-i\n',
    '[0:a]',
    '\\',
    '%d',
  ),
);
/** As a probe reads them: it takes NUL away. */
const text = hostile.map((raw) => raw.replaceAll('\0', ''));
const tags = fc.dictionary(
  fc.oneof(text, fc.constantFrom('lyrics-eng', 'REPLAYGAIN_TRACK_GAIN', 'R128_TRACK_GAIN', 'replaygain_=x')),
  text,
);
const original = fc.record<Probed>({
  estimated: fc.boolean(),
  packets: fc.constant(null),
  joined: fc.boolean(),
  depth: fc.constantFrom(
    null,
    { bits: 16, float: false },
    { bits: 24, float: false },
    { bits: 32, float: true },
  ),
  tags,
  moreChapters: fc.boolean(),
  chunks: fc.constant([]),
  media: fc.record({
    container: hostile,
    codec: hostile,
    duration: fc.option(fc.double({ min: 61, max: 1e5, noNaN: true })),
    sampleRate: fc.integer({ min: 1, max: 6_144_000 }),
    channels: fc.integer({ min: 1, max: 64 }),
    channelLayout: fc.option(
      fc.oneof(hostile, fc.constantFrom('5.1(side)', '7.1', '4 channels (FL+FR+LFE+BC)')),
    ),
    bitDepth: fc.constant(null),
    bitrate: fc.constant(null),
    tags: fc.constant({}),
    coverArt: fc.boolean(),
    chapters: fc.array(fc.record({ start: fc.double({ min: 0, max: 60 }), end: fc.double(), title: text })),
    chunks: fc.constant([]),
    loudness: fc.constant(null),
    tracks: fc.constant([]),
  }),
  track: fc.integer({ min: 1, max: 1000 }),
  decoder: fc.constantFrom(null, 'pcm_s24be'),
  sounds: fc.constant([]),
});
const options = fc.record(
  {
    preset: fc.constantFrom(...PRESET_NAMES),
    sampleRate: fc.integer({ min: 8000, max: 384_000 }),
    channels: fc.integer({ min: 1, max: 8 }),
    start: fc.double({ min: 0, max: 60, noNaN: true }),
    gain: fc.double({ min: -60, max: 60, noNaN: true }),
    fadeIn: fc.double({ min: 0, max: 600, noNaN: true }),
    fadeOut: fc.double({ min: 0, max: 600, noNaN: true }),
    metadata: fc.oneof(
      fc.constantFrom('keep' as const, 'strip' as const),
      fc.dictionary(
        fc.constantFrom(...STANDARD_NAMES, 'My tag: 1'),
        fc.oneof(text, fc.array(text), fc.constant(null)),
      ),
    ),
    coverArt: fc.constantFrom('keep' as const, 'strip' as const),
  },
  { requiredKeys: [] },
);

describe('The arguments of ffmpeg', () => {
  const places = { input: '/w/in', output: '/w/out' };

  it('hold no text of a user where an option is expected, whatever the file and the requested output', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMATS),
        original,
        options,
        fc.boolean(),
        fc.boolean(),
        (format, probed, raw, movieTimescale, drawn) => {
          const plan = planConversion(effectiveOptions(format, parseOptions(format, raw)), probed);
          const changes = {
            level: { gain: 3, ceiling: -1 },
            length: 1000,
            tags: ffmpegTags(format, wantedTags(plan, originalTags(probed))),
          };
          const args = convertArguments({
            ...places,
            track: probed.track,
            decoder: probed.decoder,
            ...changes,
            drawn,
            plan,
            movieTimescale,
            peakMeter: movieTimescale,
            bextLength: drawn ? null : 700,
            chapterFile: '/w/c',
            padding: drawn ? null : 900,
            mostBytes: 1,
          });
          const result = args.indexOf('file:/w/out');
          assert.equal(args.at(-1), drawn ? 'pipe:1' : 'file:/w/out');
          mustBeOurs(args.toSpliced(result, 1).slice(0, drawn ? -1 : undefined));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('hold no text of a user either where only loudness or length is measured', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FORMATS), original, options, (format, probed, raw) => {
        const { chain } = planConversion(effectiveOptions(format, parseOptions(format, raw)), probed);
        for (const args of [
          loudnessArguments(selectedSound(places.input, probed), chain, 1000),
          lengthArguments(selectedSound(places.input, probed), chain),
        ]) {
          assert.equal(args.at(-1), '-');
          mustBeOurs(args.slice(0, -1));
        }
      }),
    );
  });

  it('name a file by its absolute path only', () => {
    assert.equal(probeArguments('/a/-b:c', { chapters: true }).at(-1), 'file:/a/-b:c');
    assert.throws(() => probeArguments('http://host/a', { chapters: true }), TypeError);
    assert.throws(() => probeArguments('a', { chapters: true }), TypeError);
  });

  it('change no sample where every sample stays as it is, and count time stamps anew', () => {
    const same: Probed = {
      estimated: false,
      packets: null,
      joined: false,
      depth: { bits: 16, float: false },
      tags: {},
      moreChapters: false,
      chunks: [],
      media: {
        ...{
          container: 'wav',
          codec: 'pcm_s16le',
          duration: 1,
          sampleRate: 44_100,
          channels: 2,
          channelLayout: 'stereo',
        },
        ...{
          bitDepth: 16,
          bitrate: null,
          tags: {},
          coverArt: false,
          chapters: [],
          chunks: [],
          loudness: null,
          tracks: [],
        },
      },
      track: 1,
      decoder: null,
      sounds: [],
    };
    const none: Options = {};
    for (const format of FORMATS.filter(({ name }) => ['flac', 'wav', 'mp3', 'm4a'].includes(name))) {
      const plan = planConversion(effectiveOptions(format, none), same);
      const unchanged = { level: { gain: 0, ceiling: null }, length: null, tags: {} };
      const args = convertArguments({
        ...places,
        track: 1,
        decoder: null,
        ...unchanged,
        drawn: false,
        plan,
        movieTimescale: true,
        peakMeter: true,
        chapterFile: null,
        padding: null,
        bextLength: null,
        mostBytes: 1,
      });
      assert.equal(args[args.indexOf('-filter:a') + 1], 'asetpts=N/SR/TB', format.name);
    }
  });
});

/** Walks the arguments as ffmpeg does: an option that is known, and its value, which is never taken for another option. */
function mustBeOurs(args: readonly string[]): void {
  for (let at = 0; at < args.length; at++) {
    const option = args[at] ?? '';
    assert.match(option, KNOWN);
    if (FLAGS.has(option)) continue;
    at++;
    const value = args[at];
    assert.ok(value !== undefined && !value.includes('\0'), option);
    if (option === '-filter:a') assert.match(value.replaceAll('asetpts=N/SR/TB', 'asetpts'), FILTERS);
    if (/^-metadata(:|$)/.test(option)) {
      assert.ok(value.indexOf('=') > 0, value);
    }
    if (option === '-i') assert.ok(/^(file:\/w\/(in|c))$/.test(value));
  }
}
