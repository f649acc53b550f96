import { type FileHandle, open } from 'node:fs/promises';
import { type FileHeader, fileHeader } from './file-header.ts';
import { blockLength, frameBitrate, frameFormat } from './joined-streams.ts';

/** Bytes that the header frame and the head of the next one take at most. */
const FRAMES = 4096;

/** MPEG-1 in the header of a frame. */
const FIRST_VERSION = 3;

/** Flags of the header frame: numbers of frames and of bytes follow. */
const COUNTS = 3;

/** The parts of an MP3 file whose header frame states the bytes of its sound. */
export interface Mp3Parts {
  header: FileHeader;
  /** Bytes of tags at the beginning, of the header frame, of the sound with its header frame, and after that. */
  tags: number;
  headerFrame: number;
  sound: number;
  rest: number;
}

/**
 * Reads the header frame of an MP3 file as LAME writes it (`Xing` or `Info`), after tags at the beginning. Undefined if there is
 * none, or if the file has more or fewer bytes than it states: such a file needs a probe.
 */
export async function readMp3Header(path: string): Promise<FileHeader | undefined> {
  const file = await open(path);
  try {
    const parts = await mp3Parts(file);
    return parts?.rest === 0 ? parts.header : undefined;
  } finally {
    await file.close();
  }
}

/** Finds the header frame of an MP3 file. Undefined if there is none, or if the file has fewer bytes than it states. */
export async function mp3Parts(file: FileHandle): Promise<Mp3Parts | undefined> {
  const { size } = await file.stat();
  const tags = await tagLength(file);
  if (tags === undefined) return undefined;
  const found = parse(await bytesAt(file, tags, FRAMES));
  const rest = size - tags - (found?.sound ?? 0);
  return found && rest >= 0 ? { ...found, tags, rest } : undefined;
}

/** Undefined for a size that is none (ID3v2.4, section 6.2): ffmpeg then takes the tag for sound. */
async function tagLength(file: FileHandle): Promise<number | undefined> {
  const head = await bytesAt(file, 0, 32);
  if (head.toString('latin1', 0, 3) !== 'ID3' || head.length < 32) return 0;
  return head.subarray(6, 10).every((byte) => byte < 0x80) ? blockLength(head, 0) : undefined;
}

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

function parse(head: Buffer): Pick<Mp3Parts, 'header' | 'headerFrame' | 'sound'> | undefined {
  if (head.length < 64) return undefined;
  const first = head.readUInt32BE(0);
  const format = frameFormat(first);
  if (!format || layerOf(first) !== 3) return undefined;
  const isFirst = versionOf(first) === FIRST_VERSION;
  const at = 4 + sideInformation(isFirst, format.channels);
  const name = head.toString('latin1', at, at + 4);
  const counted = (head.readUInt32BE(at + 4) & COUNTS) === COUNTS;
  const [frames, sound] = [head.readUInt32BE(at + 8), head.readUInt32BE(at + 12)];
  const next = blockLength(head, 0);
  if (!/^(Xing|Info)$/.test(name) || !counted || frames === 0) return undefined;
  if (next + 4 > head.length) return undefined;
  const second = head.readUInt32BE(next);
  const { sampleRate, channels } = frameFormat(second) ?? {};
  if (sampleRate !== format.sampleRate || channels !== format.channels) return undefined;
  const seconds = (frames * (isFirst ? 1152 : 576)) / format.sampleRate;
  const bitrate = name === 'Info' ? frameBitrate(second) : Math.round((sound * 8) / seconds);
  return { header: describe(format, Number(seconds.toFixed(6)), bitrate), headerFrame: next, sound };
}

function versionOf(header: number): number {
  return (header >>> 19) & 3;
}

function layerOf(header: number): number {
  return 4 - ((header >>> 17) & 3);
}

/** Bytes between the head of a frame and its sound (ISO 11172-3, 2.4.1.7; ISO 13818-3, 2.4.1.7). */
function sideInformation(isFirst: boolean, channels: number): number {
  if (isFirst) return channels === 1 ? 17 : 32;
  return channels === 1 ? 9 : 17;
}

function describe(
  { sampleRate, channels }: { sampleRate: number; channels: number },
  duration: number,
  bitrate: number,
): FileHeader {
  return fileHeader({
    container: 'mp3',
    codec: 'mp3',
    sampleRate,
    channels,
    channelLayout: channels === 1 ? 'mono' : 'stereo',
    duration,
    bitDepth: null,
    bitrate,
  });
}
