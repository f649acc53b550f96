import assert from 'node:assert/strict';
import { readProbe } from '../../../../lib/audio/media/ffprobe-output.ts';
import { takeTrack, trackAdaptations } from '../../../../lib/audio/media/tracks.ts';

interface Stream {
  codec?: string;
  language?: string;
  isDefault?: boolean;
  rate?: string;
}

const CODECS = new Set(['aac', 'ac3']);

/** Reads what ffprobe says of a film with these sound tracks. */
function film(...sounds: readonly Stream[]) {
  const video = { index: 0, codec_type: 'video', codec_name: 'h264' };
  const streams = sounds.map(({ codec = 'aac', language, isDefault = false, rate = '48000' }, index) => ({
    index: index + 1,
    codec_type: 'audio',
    codec_name: codec,
    sample_rate: rate,
    channels: 2,
    duration: String(index + 1),
    tags: { ...(language === undefined ? {} : { language }), title: `Title ${index + 1}` },
    disposition: { default: isDefault ? 1 : 0 },
  }));
  const found = { format: { format_name: 'mov,mp4', tags: {} }, streams: [video, ...streams] };
  return readProbe(found, '', (codec) => CODECS.has(codec));
}

describe('The sound track of a conversion', () => {
  it('is the one marked default, and the first where none is marked', () => {
    assert.equal(film({}, { isDefault: true }, { isDefault: true }).track, 2);
    assert.equal(film({}, {}).track, 1);
    assert.equal(film({}, { isDefault: true }).media.duration, 2);
  });

  it('is another one where the default track cannot be decoded, which is told', () => {
    const probed = film({}, { codec: 'ac4', isDefault: true }, { rate: '0' }, {});
    assert.equal(probed.track, 1);
    const told = trackAdaptations(probed, false).map(({ property, from, to }) => [property, from, to]);
    assert.deepEqual(told, [
      ['tracks', 4, 1],
      ['track', 2, 1],
    ]);
    assert.throws(() => film({ codec: 'ac4' }, { codec: 'drms' }), { code: 'unsupported_codec' });
    assert.throws(() => film({ rate: '0' }), { code: 'damaged' });
  });

  it('is the requested one, by number or by language in any spelling', () => {
    const probed = film(
      { language: 'eng', isDefault: true },
      { language: 'spa' },
      { language: 'ger', codec: 'ac3' },
      { language: 'spa', isDefault: true },
    );
    const taken = (wanted: number | string) => takeTrack(probed, wanted).track;
    assert.deepEqual([1, 2, 3].map(taken), [1, 2, 3]);
    assert.deepEqual(['spa', 'SPA', 'es', 'es-MX', 'eng', 'en'].map(taken), [4, 4, 4, 4, 1, 1]);
    assert.deepEqual(['ger', 'deu', 'de', 'DE'].map(taken), [3, 3, 3, 3]);
    const { media, tags } = takeTrack(probed, 'de');
    assert.deepEqual([media.codec, media.duration, tags.title], ['ac3', 3, 'Title 3']);
    assert.equal(media.tracks.length, 4);
  });

  it('must exist and must have a known codec', () => {
    const probed = film({ language: 'eng' }, { codec: 'ac4', language: 'fre' });
    assert.throws(() => takeTrack(probed, 3), {
      code: 'no_such_track',
      message: 'The original has no sound track 3. It has: 1 (eng, aac), 2 (fre, ac4).',
    });
    assert.throws(() => takeTrack(probed, 'spa'), { code: 'no_such_track' });
    assert.throws(() => takeTrack(probed, 'fr'), { code: 'unsupported_codec' });
  });

  it('is told with the tracks that are left out, and listed with at most a hundred', () => {
    const sounds = Array.from({ length: 150 }, (): Stream => ({ language: 'und' }));
    const probed = film(...sounds);
    assert.equal(probed.media.tracks.length, 100);
    assert.deepEqual(probed.media.tracks[1], {
      ...{ number: 2, codec: 'aac', channels: 2, sampleRate: 48_000, duration: 2 },
      ...{ language: null, title: 'Title 2', default: false },
    });
    assert.equal(takeTrack(probed, 150).track, 150);
    assert.ok((trackAdaptations(probed, false)[0]?.reason.length ?? 0) < 300);
    assert.deepEqual(trackAdaptations(film({}), false), []);
  });
});
