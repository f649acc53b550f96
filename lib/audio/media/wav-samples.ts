import { type FileHandle, open } from 'node:fs/promises';
import { undefinedFor } from '../../runtime/errors.ts';
import type { Depth } from './media-info.ts';

/** How the samples of a WAV file are stored, if ffmpeg's own choice of a decoder gives noise. */
export interface WavSamples {
  /** ffmpeg's decoder of the stored samples; null if the byte order of the codec is unknown. */
  decoder: string | null;
  /** Valid bits of a sample. */
  bits: number;
  depth: Depth;
  /** Seconds by the length of the sound; null if the header does not state it. */
  duration: number | null;
}

/** Bytes from the beginning of a file; writers put the format before the sound. */
const HEAD = 4096;

const PCM = 1;
const FLOAT = 3;
/** Codecs of single bytes, which have no order. */
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;

/**
 * Reads the format of a WAV file. ffmpeg chooses the decoder by the valid bits and in little-endian order; that is wrong
 * for samples in larger containers (24 bits in 32, 16 in 24) and for RIFX, which is big-endian (tried: ffmpeg 5.1.9).
 * @returns undefined for every other file, which ffmpeg decodes by itself, and for a file that cannot be opened
 */
export async function readWavSamples(path: string): Promise<WavSamples | undefined> {
  const file = await open(path).catch(undefinedFor('ENOENT', 'ESTALE', 'EIO'));
  if (!file) return undefined;
  try {
    return parse(await beginning(file));
  } finally {
    await file.close();
  }
}

async function beginning(file: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  return buffer.subarray(0, bytesRead);
}

/** Numbers of a header in its byte order. */
type Read = (at: number, bytes: 2 | 4) => number;

function parse(head: Buffer): WavSamples | undefined {
  const id = head.toString('latin1', 0, 4);
  if (!['RIFF', 'RF64', 'RIFX'].includes(id) || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  const isBig = id === 'RIFX';
  const read: Read = (at, bytes) => (isBig ? head.readUIntBE(at, bytes) : head.readUIntLE(at, bytes));
  let format: { at: number; length: number } | undefined;
  for (let at = 12; at + 8 <= head.length; ) {
    const chunk = head.toString('latin1', at, at + 4);
    const length = read(at + 4, 4);
    if (chunk === 'fmt ' && at + 8 + length <= head.length) format = { at: at + 8, length };
    if (chunk === 'data') return format && samples(format, length, read, isBig);
    at += 8 + length + (length % 2);
  }
  return undefined;
}

function samples(
  { at, length }: { at: number; length: number },
  bytes: number,
  read: Read,
  isBig: boolean,
): WavSamples | undefined {
  if (length < 16) return undefined;
  const [tag, channels, bytesASecond] = [read(at, 2), read(at + 2, 2), read(at + 8, 4)];
  const isExtended = tag === EXTENSIBLE && length >= 26;
  const kind = isExtended ? read(at + 24, 2) : tag;
  const stored = read(at + 12, 2) / Math.max(1, channels);
  const declared = read(at + 14, 2);
  const bits = (isExtended && read(at + 18, 2)) || declared;
  const isUsual = Math.ceil(bits / 8) === stored;
  if (!isBig && (isUsual || kind !== PCM || !Number.isInteger(stored) || bits > stored * 8)) return undefined;
  const isUnknown = declared === 0xffff || bytes === 0xffffffff || bytes === 0 || bytesASecond === 0;
  return {
    decoder: isBig && isExtended ? null : decoderOf(kind, stored, isBig),
    bits,
    depth: depthOf(kind, bits),
    duration: isUnknown ? null : bytes / bytesASecond,
  };
}

function decoderOf(kind: number, stored: number, isBig: boolean): string | null {
  const order = isBig ? 'be' : 'le';
  if (kind === PCM && stored === 1) return 'pcm_u8';
  if (kind === PCM && [2, 3, 4, 8].includes(stored)) return `pcm_s${stored * 8}${order}`;
  if (kind === FLOAT && [4, 8].includes(stored)) return `pcm_f${stored * 8}${order}`;
  if (kind === ALAW) return 'pcm_alaw';
  return kind === MULAW ? 'pcm_mulaw' : null;
}

function depthOf(kind: number, bits: number): Depth {
  if (kind === FLOAT) return { bits: bits > 32 ? 64 : 32, float: true };
  return { bits: bits <= 16 ? 16 : bits <= 24 ? 24 : 32, float: false };
}
