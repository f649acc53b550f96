import { type FileHandle, open } from 'node:fs/promises';
import { blockLength, frameFormat } from './joined-streams.ts';

/** Tags and other bytes before the first frame of a file that are looked at; more means no answer. */
const MOST_BLOCKS = 100;

/**
 * Format of the first frame of an MPEG audio file. ffmpeg's decoders report the sample rate of a frame one frame late, and
 * the rate that the probe met last until then (libavcodec/mpegaudiodec_template.c). Undefined if there is no frame.
 */
export async function firstFrame(
  path: string,
): Promise<{ sampleRate: number; channels: number } | undefined> {
  const file = await open(path);
  try {
    return await findFrame(file);
  } finally {
    await file.close();
  }
}

async function findFrame(file: FileHandle): Promise<{ sampleRate: number; channels: number } | undefined> {
  const bytes = Buffer.alloc(32);
  for (let at = 0, blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
    if (bytesRead < bytes.length) return undefined;
    const format = frameFormat(bytes.readUInt32BE(0));
    if (format) return format;
    at += blockLength(bytes, 0) || 1;
  }
  return undefined;
}
