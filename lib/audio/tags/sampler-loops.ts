import { moved, type SamplePositions } from './sample-positions.ts';

/** Bytes before the loops, of one loop, and positions of fields (RIFF MCI, "Sampler Chunk", 1994). */
const HEAD = 36;
const LOOP = 24;
const FIELDS = { period: 8, loops: 28, extra: 32, start: 8, end: 12 };

/**
 * Moves the loops of the chunk `smpl` with the sound, and sets its sample period. A loop that is not wholly inside is left
 * out.
 * @param sampleRate of the result, Hz
 * @returns null if the chunk is damaged
 */
export function movedLoops(
  chunk: Buffer,
  positions: SamplePositions,
  sampleRate: number,
): { bytes: Buffer; lost: number } | null {
  if (chunk.length < HEAD) return null;
  const count = Math.min(chunk.readUInt32LE(FIELDS.loops), Math.floor((chunk.length - HEAD) / LOOP));
  const all = Array.from({ length: count }, (_, index) => {
    return Buffer.from(chunk.subarray(HEAD + index * LOOP, HEAD + (index + 1) * LOOP));
  });
  const kept = all.filter((loop) => {
    const [start, end] = [FIELDS.start, FIELDS.end].map((at) => moved(loop.readUInt32LE(at), positions));
    if (start === undefined || end === undefined) return false;
    loop.writeUInt32LE(start, FIELDS.start);
    loop.writeUInt32LE(end, FIELDS.end);
    return true;
  });
  const head = Buffer.from(chunk.subarray(0, HEAD));
  head.writeUInt32LE(kept.length, FIELDS.loops);
  if (positions.scale !== 1) head.writeUInt32LE(Math.round(1e9 / sampleRate), FIELDS.period);
  const extra = chunk.subarray(HEAD + count * LOOP);
  head.writeUInt32LE(extra.length, FIELDS.extra);
  return { bytes: Buffer.concat([head, ...kept, extra]), lost: count - kept.length };
}
