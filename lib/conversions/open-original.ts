import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { OpenedSource, Prober } from '../audio/ffmpeg/input.ts';
import type { Probed } from '../audio/media/ffprobe-output.ts';
import type { Storage } from '../ports/storage.ts';
import { AppError, hasCode } from '../runtime/errors.ts';

/**
 * Containers (ffprobe's names) that decode alike through a pipe: nothing after the sound is needed for it. Others keep
 * an index or tags at the end (MP4, Matroska, APE, WavPack, Musepack); MP3 loses its gapless information.
 */
const STREAMABLE: ReadonlySet<string> = new Set(['wav', 'w64', 'flac', 'au', 'ogg', 'aac']);

/** How those begin, so that no other is read in vain. */
const SIGNATURE = /^(RIFF|RF64|riff|fLaC|\.snd|OggS|\xff[\xf0\xf1\xf8\xf9])/;

/** What may stand behind the sound of those and is lost in a pipe: ID3v1, APE tags, RIFF chunks. */
const TRAILER = /TAG|APETAGEX|LIST|list|id3 |ID3 |iXML|bext|cue |smpl/;

/** Bytes of an object's beginning and end that a probe gets to see. */
const HEAD = 512 * 1024;
const TAIL = 64 * 1024;

/**
 * Opens an object and looks what it holds. A folder's object is linked and read in place. One of a bucket streams where
 * its container allows, and is copied into the folder where seeking is needed.
 */
export async function openSource(
  { probe }: Prober,
  storage: Storage,
  key: string,
  folder: string,
  signal: AbortSignal,
): Promise<OpenedSource> {
  const streamed = storage.local ? undefined : await openStream(probe, storage, key, folder, signal);
  if (streamed) return streamed;
  const source = join(folder, 'input');
  await storage.fetch(key, source);
  return { source, probed: await probe(source, signal) };
}

/**
 * An object as a stream; undefined where its kind needs seeking, or something stands at its end that a stream would lose.
 * What it holds is seen in a file of its size with its beginning, its end, and a hole between.
 */
async function openStream(
  probe: Prober['probe'],
  storage: Storage,
  key: string,
  folder: string,
  signal: AbortSignal,
): Promise<OpenedSource | undefined> {
  const object = await storage.stat(key);
  if (!object) throw new AppError('not_found', 'The original is no longer there.');
  const { size } = object;
  if (size <= HEAD + TAIL) return undefined;
  const head = await buffer(await storage.read(key, { start: 0, end: HEAD - 1 }));
  if (!SIGNATURE.test(head.toString('latin1', 0, 4))) return undefined;
  const tail = await buffer(await storage.read(key, { start: size - TAIL, end: size - 1 }));
  if (TRAILER.test(tail.toString('latin1'))) return undefined;
  const probed = await look(probe, await sketch(join(folder, 'sketch'), head, tail, size), signal);
  if (!probed || !STREAMABLE.has(probed.media.container)) return undefined;
  const read = async () => Readable.from(whole(await storage.read(key), size));
  return { source: { folder, open: read }, probed };
}

async function sketch(path: string, head: Buffer, tail: Buffer, size: number): Promise<string> {
  const file = await open(path, 'wx');
  try {
    await file.write(head, 0, head.length, 0);
    await file.write(tail, 0, tail.length, size - tail.length);
  } finally {
    await file.close();
  }
  return path;
}

/** Undefined where too much is missing: the whole file then has the last word. */
async function look(probe: Prober['probe'], path: string, signal: AbortSignal): Promise<Probed | undefined> {
  try {
    return await probe(path, signal);
  } catch (error) {
    if (hasCode(error, 'not_audio') || hasCode(error, 'no_audio') || hasCode(error, 'damaged'))
      return undefined;
    throw error;
  }
}

/** A stream that ends early must not pass for a file that is short. */
async function* whole(stream: Readable, size: number): AsyncGenerator<Buffer> {
  let came = 0;
  try {
    for await (const chunk of stream) {
      came += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw new AppError('unavailable', 'The storage broke off while the original was read.', { cause });
  }
  if (came < size) throw new AppError('unavailable', 'The storage ended before the original did.');
}
