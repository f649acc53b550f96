import assert from 'node:assert/strict';
import { waveformPath } from '../../../lib/console/waveform-shape.ts';

describe('waveformPath', () => {
  const rates = { bits: 8, sample_rate: 8000, samples_per_pixel: 8000 };

  it('goes along the greatest samples, and back along the least, with seconds as its unit', () => {
    const path = waveformPath({ ...rates, length: 2, data: [-128, 127, -64, 64] }, 10);
    assert.equal(path, 'M10.5 0L11.5 25L11.5 75L10.5 100Z');
  });

  it('leaves a line where there is silence, and nothing where there is no pixel', () => {
    assert.equal(waveformPath({ ...rates, length: 1, data: [0, 0] }), 'M0.5 49L0.5 50Z');
    assert.equal(waveformPath({ ...rates, length: 0, data: [] }), '');
  });
});
