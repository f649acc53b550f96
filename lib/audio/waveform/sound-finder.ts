import type { PipeReader } from '../../process/limited-process.ts';

/** Places of a sound in samples of a channel. */
export interface SoundPlace {
  /** The first sample above the threshold; null: there is none. */
  first: number | null;
  /** The sample behind the last one above the threshold. */
  behind: number;
  total: number;
}

/** Finds where sound begins and ends. */
export interface SoundFinder {
  /** Reads interleaved 32-bit floating point. */
  readonly read: PipeReader;
  place(): SoundPlace;
}

const BYTES = 4;

/** @param threshold amplitude; samples above it are sound */
export function createSoundFinder(channels: number, threshold: number): SoundFinder {
  let values = 0;
  let first: number | null = null;
  let last = -1;
  let rest: Buffer = Buffer.alloc(0);

  function take(chunk: Buffer): void {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const count = Math.floor(bytes.length / BYTES);
    const samples = aligned(bytes, count);
    if (first === null) {
      const at = samples.findIndex((sample) => isSound(sample));
      if (at >= 0) first = values + at;
    }
    const at = samples.findLastIndex((sample) => isSound(sample));
    if (at >= 0) last = values + at;
    values += count;
    rest = bytes.subarray(count * BYTES);
  }

  const isSound = (sample: number) => sample > threshold || sample < -threshold;

  return {
    async read(pipe) {
      for await (const chunk of pipe) take(chunk);
    },
    place: () => ({
      first: first === null ? null : Math.floor(first / channels),
      behind: Math.floor(last / channels) + 1,
      total: Math.floor(values / channels),
    }),
  };
}

/** Views the bytes as samples; a copy where they do not begin at a multiple of their size. */
function aligned(bytes: Buffer, count: number): Float32Array {
  if (bytes.byteOffset % BYTES === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  return new Float32Array(new Uint8Array(bytes.subarray(0, count * BYTES)).buffer);
}
