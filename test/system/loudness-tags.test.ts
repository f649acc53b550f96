import assert from 'node:assert/strict';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { convertFile } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('Tags with the loudness', () => {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder(), name);

  it('become those that readers of Opus know, and come back', async () => {
    const gains = ['-metadata', 'REPLAYGAIN_TRACK_GAIN=-7.03 dB', '-metadata', 'REPLAYGAIN_TRACK_PEAK=0.5'];
    await makeTone(path('in.flac'), 1, ...gains);
    const opus = await convertFile(path('in.flac'), path('out.opus'), 'opus');
    assert.deepEqual(opus.media.tags.R128_TRACK_GAIN, ['-3080']);
    assert.equal(opus.media.tags.replaygainTrackGain, undefined);
    const told = opus.adaptations.map(({ property, from }) => [property, from]);
    assert.deepEqual(
      told.filter(([property]) => property !== 'sampleRate'),
      [['loudnessTags', 'replaygainTrackPeak']],
    );
    const mp3 = await convertFile(path('out.opus'), path('out.mp3'), 'mp3');
    assert.deepEqual(mp3.media.tags.replaygainTrackGain, ['-7.03 dB']);
    const louder = await convertFile(path('out.opus'), path('loud.mp3'), 'mp3', { gain: 2 });
    assert.equal(louder.media.tags.replaygainTrackGain, undefined);
    assert.ok(louder.adaptations.some(({ property }) => property === 'loudnessTags'));
  });
});
