import { type FileHandle, open } from 'node:fs/promises';
import type { MediaInfo } from './media-info.ts';

/** What the header of a WAV file says; a file with tags has them elsewhere as well. */
export type WavHeader = Omit<MediaInfo, 'tags' | 'coverArt' | 'loudness'>;

/** Bytes of a file's beginning in which ffmpeg puts all that stands before the sound, unless there are long tags. */
const HEAD = 4096;

/** Kinds of samples (RIFF's registry of format codes), by bits. */
const CODECS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  1: { 8: 'pcm_u8', 16: 'pcm_s16le', 24: 'pcm_s24le', 32: 'pcm_s32le' },
  3: { 32: 'pcm_f32le', 64: 'pcm_f64le' },
};
const EXTENSIBLE = 0xfffe;

/** Masks of loudspeakers whose order says everything. */
const LAYOUTS: Readonly<Record<number, string>> = { 3: 'stereo', 4: 'mono' };

/**
 * Reads a WAV or RF64 file's header (EBU Tech 3306): a hundredth of what a probe costs. Undefined where something in it is not
 * of the plain kind, or says more than is there, for a probe to look at.
 */
export async function readWavHeader(path: string): Promise<WavHeader | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return parse(await beginning(file), size);
  } finally {
    await file.close();
  }
}

async function beginning(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  return buffer.subarray(0, bytesRead);
}

function parse(head: Buffer, size: number): WavHeader | undefined {
  if (!/^(RIFF|RF64)....WAVE/s.test(head.toString('latin1', 0, 12))) return undefined;
  let format: Buffer = Buffer.alloc(0);
  let large: Buffer = Buffer.alloc(0);
  for (let at = 12; at + 8 <= head.length; ) {
    const id = head.toString('latin1', at, at + 4);
    const length = head.readUInt32LE(at + 4);
    const content = head.subarray(at + 8, at + 8 + length);
    if (id === 'fmt ') format = content;
    if (id === 'ds64') large = content;
    if (id === 'data') return describe(format, dataLength(length, large), size - at - 8);
    at += 8 + length + (length % 2);
  }
  return undefined;
}

/** A length beyond 32 bits stands in the chunk `ds64`, after that of the whole file. */
function dataLength(length: number, large: Buffer): number {
  return length === 0xffffffff && large.length >= 16 ? Number(large.readBigUInt64LE(8)) : length;
}

function describe(format: Buffer, length: number, most: number): WavHeader | undefined {
  if (format.length < 16 || length > most) return undefined;
  const [kind, channels] = [format.readUInt16LE(0), format.readUInt16LE(2)];
  const [sampleRate, bytesASecond] = [format.readUInt32LE(4), format.readUInt32LE(8)];
  const bits = format.readUInt16LE(14);
  const extended = kind === EXTENSIBLE && format.length >= 26;
  const codec = CODECS[extended ? format.readUInt16LE(24) : kind]?.[bits];
  const channelLayout = extended ? LAYOUTS[format.readUInt32LE(20)] : null;
  if (!codec || channelLayout === undefined || channels > 2 || bytesASecond === 0) return undefined;
  return {
    ...{ container: 'wav', codec, sampleRate, channels, channelLayout },
    ...{ duration: length / bytesASecond, bitDepth: bits, bitrate: bytesASecond * 8 },
  };
}
