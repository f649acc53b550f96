import { createReadStream } from 'node:fs';
import type { Source } from '../ffmpeg/input.ts';
import { joinScanner } from '../media/joined-streams.ts';

/** Bytes of one piece; a scan of one takes a millisecond or two. */
const PIECE = 256 * 1024;

/** Whether the packets that a decoder refused are tags and headers between joined streams. Reads the whole original. */
export async function areJoins(original: Source, container: string, refused: number): Promise<boolean> {
  const scanner = joinScanner(container);
  if (!scanner) return false;
  const stream =
    typeof original === 'string'
      ? createReadStream(original, { highWaterMark: PIECE })
      : await original.open();
  for await (const piece of stream) if (Buffer.isBuffer(piece)) scanner.read(piece);
  return scanner.explains(refused);
}
