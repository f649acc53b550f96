import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import {
  createPeaks,
  fromBytes,
  narrow,
  toBytes,
  toJson,
  type Waveform,
} from '../../../../lib/audio/waveform/peaks.ts';

describe('A waveform', () => {
  async function waveformOf(samples: Uint8Array, chunkBytes: number): Promise<Waveform> {
    const chunks = Array.from({ length: Math.ceil(samples.length / chunkBytes) }, (_, index) =>
      Buffer.from(samples.subarray(index * chunkBytes, (index + 1) * chunkBytes)),
    );
    const peaks = createPeaks(48_000);
    await peaks.read(Readable.from(chunks, { objectMode: false }));
    return peaks.waveform();
  }

  const ramp = (length: number) => Uint8Array.from({ length }, (_, index) => 10 + (index % 236));
  const silence = (length: number) => new Uint8Array(length).fill(128);

  it('is the same however the sound is cut into chunks', async () => {
    const whole = await waveformOf(ramp(10_000), 10_000);
    for (const chunk of [1, 7, 511, 4096]) assert.deepEqual(await waveformOf(ramp(10_000), chunk), whole);
  });

  it('holds the least and the greatest sample of each pixel', async () => {
    const samples = silence(600);
    samples.set([0, 255], 100);
    samples.set([129, 126], 300);
    const { peaks, samplesPerPixel } = await waveformOf(samples, 600);
    assert.equal(samplesPerPixel, 256);
    assert.deepEqual([...peaks], [-128, 127, -2, 1, 0, 0]);
  });

  it('takes twice as many samples a pixel when there are too many pixels, and loses no peak', async () => {
    const samples = silence(131_072 * 256 + 1000);
    samples[5] = 228;
    samples[samples.length - 1] = 28;
    const { peaks, samplesPerPixel } = await waveformOf(samples, 1 << 20);
    assert.equal(samplesPerPixel, 512);
    assert.equal(peaks.length / 2, Math.ceil(samples.length / 512));
    assert.equal(peaks[1], 100);
    assert.equal(peaks.at(-2), -100);
  });

  it('becomes as narrow as asked, keeps its duration, and loses no peak', async () => {
    const wave = await waveformOf(ramp(256 * 1000), 1 << 16);
    for (const width of [1, 3, 333, 1000, 5000]) {
      const { samplesPerPixel, peaks } = narrow(wave, width);
      assert.ok(peaks.length / 2 <= width);
      assert.ok((peaks.length / 2) * samplesPerPixel >= 256 * 1000);
      assert.equal(Math.max(...peaks), Math.max(...wave.peaks));
      assert.equal(Math.min(...peaks), Math.min(...wave.peaks));
    }
  });

  it('has the fields that audiowaveform documents, as JSON and as .dat', async () => {
    const wave = await waveformOf(ramp(600), 600);
    const { data, ...fields } = toJson(wave);
    const documented = {
      version: 2,
      channels: 1,
      sample_rate: 48_000,
      samples_per_pixel: 256,
      bits: 8,
      length: 3,
    };
    assert.deepEqual(fields, documented);
    assert.equal(data.length, 6);
    const bytes = toBytes(wave);
    assert.deepEqual(
      [0, 4, 8, 12, 16, 20].map((at) => bytes.readInt32LE(at)),
      [2, 1, 48_000, 256, 3, 1],
    );
    assert.deepEqual(fromBytes(bytes), wave);
  });
});
