import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { FORMATS, type Format } from '../../../../lib/audio/formats/formats.ts';
import { describeOptions, parseOptions } from '../../../../lib/audio/formats/options.ts';
import { formatCalled } from '../../../support/engine.ts';

/**
 * Options that some formats take and others refuse, and some that all refuse. JSON Schema says nothing of an end before the
 * start, of the order of chapters, and of the names of encodings.
 */
const REQUESTS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { bitrate: 128_000 },
  { bitrate: 1 },
  { bitrate: '128000' },
  { quality: 5 },
  { bitrate: 128_000, quality: 5 },
  { gain: -3 },
  { gain: -3, loudness: { target: -16 } },
  { loudness: { target: -16, truePeak: 1 } },
  { loudness: { truePeak: -1 } },
  { bitDepth: 24 },
  { bitDepth: 64 },
  { encoding: 'float', bitDepth: 32 },
  { encoding: 'float', bitDepth: 16 },
  { encoding: 'mulaw', bitDepth: 16 },
  { encoding: 'mulaw' },
  { compressionLevel: 2 },
  { compressionLevel: 2.5 },
  { end: 0 },
  { start: 1, end: 2 },
  { audio: 'copy', start: 1 },
  { audio: 'copy', gain: 3 },
  { audio: 'copy', gain: 0 },
  { audio: 'copy', preset: 'speech' },
  { audio: 'encode', whenLossy: 'copy' },
  { audio: 'encode', whenLossy: 'refuse' },
  { track: 'SPA' },
  { track: 'spa-MX' },
  { track: 0 },
  { track: 'spanish' },
  { metadata: { title: ['a', 'b'], 'my:own': null } },
  { metadata: { 'a\nb': 'x' } },
  { metadata: { title: 'a\0b' } },
  { metadata: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`tag${index}`, 'x'])) },
  { chapters: [{ start: 0, title: 'one' }] },
  { chapters: [{ start: 0, title: 'one', url: 'ftp://example.org' }] },
  { chapters: [{ start: 0, title: 'a\0b' }] },
  { tagEncoding: 'windows-1251' },
  { split: { every: 60 }, replayGain: 'track' },
  { split: { every: 60 }, replayGain: 'album' },
  { split: { every: 60 }, loudness: { target: -14, scope: 'album' } },
  { split: { every: 60 }, loudness: { target: 'spotify', scope: 'track' } },
  { replayGain: 'album', loudness: { target: -14, scope: 'album' } },
  { surprise: 1 },
];

describe('The JSON Schema of the options of a format', () => {
  for (const format of FORMATS) {
    it(`allows for ${format.name} what the service takes, and nothing else`, () => {
      const ajv = addFormats.default(new Ajv2020({ strictTypes: false, strictRequired: false }));
      const allows = ajv.compile(describeOptions(format));
      for (const options of REQUESTS)
        assert.equal(allows(options), takes(format, options), JSON.stringify(options).slice(0, 200));
    });
  }

  it('refuse an album of the parts of one original, and name the values of replayGain and scope', () => {
    const flac = formatCalled('flac');
    const refuse = (options: object, message: RegExp) =>
      assert.throws(() => parseOptions(flac, options), message);
    refuse({ split: { every: 60 }, replayGain: 'album' }, /split or an album, not both/);
    refuse({ replayGain: 'yes' }, /one of keep, track, album, drop/);
    refuse({ loudness: { target: -14, scope: 1 } }, /expected track or album/);
  });
});

function takes(format: Format, options: object): boolean {
  try {
    parseOptions(format, options);
    return true;
  } catch {
    return false;
  }
}
