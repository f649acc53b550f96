/** Peaks in the form of audiowaveform: the least and the greatest sample of each pixel, alternating. */
export interface Peaks {
  bits: number;
  length: number;
  sample_rate: number;
  samples_per_pixel: number;
  data: readonly number[];
}

/**
 * The outline of a waveform as the path of an SVG picture: one unit wide for each second, and 100 high, with silence at
 * 50. A silent pixel is one unit high, so that a line remains.
 * @param start seconds at which the first pixel begins
 */
export function waveformPath({ bits, length, data, ...peaks }: Peaks, start = 0): string {
  const full = 2 ** (bits - 1);
  const step = peaks.samples_per_pixel / peaks.sample_rate;
  const height = (sample: number) => Math.round(50 - (sample / full) * 50);
  const upper: string[] = [];
  const lower: string[] = [];
  for (let pixel = 0; pixel < length; pixel++) {
    const [least = 0, greatest = 0] = data.slice(pixel * 2, pixel * 2 + 2);
    const x = Number((start + (pixel + 0.5) * step).toFixed(4));
    upper.push(`${x} ${Math.min(49, height(greatest))}`);
    lower.push(`${x} ${Math.max(50, height(least))}`);
  }
  return length === 0 ? '' : `M${upper.join('L')}L${lower.reverse().join('L')}Z`;
}
