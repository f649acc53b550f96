import type { Readable } from 'node:stream';

/** Counts samples beyond full scale in a stream of 32-bit floating-point numbers, little-endian. */
export interface ClipCounter {
  read(pipe: Readable): Promise<void>;
  count(): number;
  /** The highest sample in dBFS. */
  peak(): number;
}

export function createClipCounter(): ClipCounter {
  let found = 0;
  let highest = 0;
  let rest: Buffer = Buffer.alloc(0);
  return {
    async read(pipe) {
      for await (const chunk of pipe) {
        const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        const whole = bytes.length - (bytes.length % 4);
        // The copy aligns the numbers.
        const samples = new Float32Array(Uint8Array.prototype.slice.call(bytes, 0, whole).buffer);
        for (const sample of samples) {
          const size = Math.abs(sample);
          if (size > 1) found += 1;
          if (size > highest) highest = size;
        }
        rest = bytes.subarray(whole);
      }
    },
    count: () => found,
    peak: () => 20 * Math.log10(highest),
  };
}
