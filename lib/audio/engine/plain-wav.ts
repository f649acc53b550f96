import { stat } from 'node:fs/promises';
import { undefinedFor } from '../../runtime/errors.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { FileHeader } from '../media/file-header.ts';
import type { FileTags } from '../media/file-tags.ts';
import { frameFormat } from '../media/joined-streams.ts';
import type { Depth } from '../media/media-info.ts';
import { readWavHeader } from '../media/wav-header.ts';
import { readWavSamples } from '../media/wav-samples.ts';
import { type ChunkPlace, withChunks } from '../tags/chunk-list.ts';
import { describeSound } from './described-sound.ts';

/** Depths of the codecs that are read here. */
const DEPTHS: ReadonlyMap<string, Depth> = new Map([
  ['pcm_u8', { bits: 16, float: false }],
  ['pcm_s16le', { bits: 16, float: false }],
  ['pcm_s24le', { bits: 24, float: false }],
  ['pcm_s32le', { bits: 32, float: false }],
  ['pcm_f32le', { bits: 32, float: true }],
  ['pcm_f64le', { bits: 64, float: true }],
]);

/** Chunks that neither ffprobe nor the library of tags makes anything of; `LIST` may name the program that wrote the file. */
const PLAIN: ReadonlySet<string> = new Set(['fmt ', 'fact', 'data', 'LIST', 'JUNK', 'PAD ', 'FLLR']);

/** Hz; ordinary files lie between. */
const RATES = { least: 4000, most: 384_000 };

/** The tags that the library reads of such a file. */
const UNTAGGED: FileTags = { tags: {}, encoding: null, pictures: [], others: {} };

function withoutTags(probed: Probed): Probed {
  return { ...probed, file: UNTAGGED, media: { ...probed.media, pictures: [] } };
}

/** ffprobe prints microseconds. */
function inMicroseconds(header: FileHeader): FileHeader {
  const duration = Number((header.duration ?? 0).toFixed(6));
  return { ...header, duration, tracks: header.tracks.map((track) => ({ ...track, duration })) };
}

/**
 * Describes a WAV file that has nothing but linear samples, as `AudioEngine.probe` would do, without a program: the ffprobe of
 * a distribution takes 60 ms of CPU time. Undefined for a file with tags, further chunks, more than two channels, bytes after
 * its end, fewer bytes than its header states, or samples that may be a bit stream.
 */
export async function readPlainWav(path: string): Promise<Probed | undefined> {
  return read(path).catch(undefinedFor('ENOENT', 'ESTALE', 'EIO'));
}

async function read(path: string): Promise<Probed | undefined> {
  if (await readWavSamples(path)) return undefined;
  const header = await readWavHeader(path);
  const depth = header && DEPTHS.get(header.codec);
  if (!depth || !header.duration) return undefined;
  const { size } = await stat(path);
  const tags = await withChunks(path, async ({ form, chunks }, readChunk) => {
    const isWhole = form === 'RIFF' && reachesEnd(chunks, size);
    return isWhole ? plainTags(header, chunks, readChunk) : undefined;
  });
  return tags && withoutTags(describeSound(inMicroseconds(header), depth, tags));
}

/** The last chunk may lack the byte that makes its length even. */
function reachesEnd(chunks: readonly ChunkPlace[], size: number): boolean {
  const last = chunks.at(-1);
  return last !== undefined && last.at + last.length + (last.length % 2) >= size;
}

type ReadChunk = (place: ChunkPlace) => Promise<Buffer>;

/** The tags of a plain file by ffprobe's names; undefined if the file has anything else. */
async function plainTags(
  header: FileHeader,
  chunks: readonly ChunkPlace[],
  readChunk: ReadChunk,
): Promise<Record<string, string> | undefined> {
  const one = (id: string) => {
    const found = chunks.filter((chunk) => chunk.id === id);
    return found.length === 1 ? found[0] : undefined;
  };
  const [format, data, list] = [one('fmt '), one('data'), one('LIST')];
  const lists = chunks.filter(({ id }) => id === 'LIST').length;
  if (!format || !data || lists > 1 || chunks.some(({ id }) => !PLAIN.has(id))) return undefined;
  if (!isConsistent(header, await readChunk(format))) return undefined;
  const begin = { ...data, length: Math.min(data.length, SEARCHED) };
  if (header.codec === 'pcm_s16le' && mayBeStream(await readChunk(begin))) return undefined;
  return list ? programOf(await readChunk({ ...list, length: Math.min(list.length, LONGEST_LIST) })) : {};
}

/** GUID of the formats that have a number, after that number (RFC 2361, appendix A). */
const NUMBERED = Buffer.from('000000001000800000aa00389b71', 'hex');

/** Whether all sizes of the chunk `fmt ` agree with each other. */
function isConsistent({ sampleRate, channels, bitDepth }: FileHeader, format: Buffer): boolean {
  const frame = (channels * (bitDepth ?? 0)) / 8;
  const sizes = format.readUInt32LE(8) === sampleRate * frame && format.readUInt16LE(12) === frame;
  const isExtended = format.length >= 40;
  const extension =
    !isExtended || (format.readUInt16LE(18) === bitDepth && format.subarray(26, 40).equals(NUMBERED));
  return sizes && extension && sampleRate >= RATES.least && sampleRate <= RATES.most;
}

/** Bytes of the sound in which ffmpeg looks for another codec: 32 packets (libavformat/wavdec.c). */
const SEARCHED = 32 * 4096;

/** Sync words of DTS in its four forms, and of IEC 61937, by which compressed sound stands in 16-bit samples. */
const SYNC_WORDS = ['7ffe8001', 'fe7f0180', '1fffe800', 'ff1f00e8', '72f81f4e', 'f8724e1f'].map((word) =>
  Buffer.from(word, 'hex'),
);

/** First bytes of AC-3 in both orders, and of ID3 tags. */
const FIRST_BYTES: ReadonlySet<number> = new Set([0x0b77, 0x770b, 0x4944]);

function mayBeStream(begin: Buffer): boolean {
  if (begin.length < 4) return false;
  const isMpeg = frameFormat(begin.readUInt32BE(0)) !== undefined;
  return (
    isMpeg || FIRST_BYTES.has(begin.readUInt16BE(0)) || SYNC_WORDS.some((word) => begin.indexOf(word) >= 0)
  );
}

/** Bytes of a list that has only the name of a program. */
const LONGEST_LIST = 256;

/** The list `INFO` with `ISFT` alone, which ffprobe calls the tag `encoder`. */
function programOf(list: Buffer): Record<string, string> | undefined {
  const text = list.toString('latin1');
  const length = list.length >= 12 ? list.readUInt32LE(8) : 0;
  const [, encoder] = /^INFOISFT[\s\S]{4}([\x20-\x7e]+)\0*$/.exec(text) ?? [];
  return encoder !== undefined && 12 + length + (length % 2) === list.length ? { encoder } : undefined;
}
