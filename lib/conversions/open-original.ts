import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { OpenedSource, Prober } from '../audio/ffmpeg/input.ts';
import type { Probed } from '../audio/media/ffprobe-output.ts';
import type { Storage } from '../ports/storage.ts';
import { AppError, hasCode } from '../runtime/errors.ts';
import { mark } from '../runtime/marks.ts';

/**
 * Containers (ffprobe's names) that decode from a pipe as from a file: they need nothing after the sound. Others keep an
 * index or tags at the end (MP4, Matroska, APE, WavPack, Musepack); MP3 loses its gapless information.
 */
const STREAMABLE: ReadonlySet<string> = new Set(['wav', 'w64', 'flac', 'au', 'ogg', 'aac']);

/** First bytes of these containers, so that others are not read in vain. */
const SIGNATURE = /^(RIFF|RF64|riff|fLaC|\.snd|OggS|\xff[\xf0\xf1\xf8\xf9])/;

/** Data after the sound of these containers, which a pipe loses: ID3v1, APE tags, RIFF chunks. */
const TRAILER = /TAG|APETAGEX|LIST|list|id3 |ID3 |iXML|bext|cue |smpl/;

/** Bytes from the beginning and the end of an object that a probe reads. */
const HEAD = 512 * 1024;
const TAIL = 64 * 1024;

/**
 * Opens and probes an object. An object of a folder is linked and read in place. An object of a bucket is streamed if its
 * container allows, and else copied into the working folder. Throws as `Prober.probe`, and `not_found`.
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
  mark('opened');
  return { source, probed: await probe(source, signal) };
}

/**
 * Opens an object as a stream; undefined if its container needs seeking, or if a stream would lose data at its end. The
 * probe reads a sparse file of the same size, with the beginning and the end of the object.
 */
async function openStream(
  probe: Prober['probe'],
  storage: Storage,
  key: string,
  folder: string,
  signal: AbortSignal,
): Promise<OpenedSource | undefined> {
  const object = await storage.stat(key);
  if (!object) throw new AppError('not_found', 'The original no longer exists.');
  const { size } = object;
  if (size <= HEAD + TAIL) return undefined;
  const head = await buffer(await storage.read(key, { start: 0, end: HEAD - 1 }));
  if (!SIGNATURE.test(head.toString('latin1', 0, 4))) return undefined;
  const tail = await buffer(await storage.read(key, { start: size - TAIL, end: size - 1 }));
  if (TRAILER.test(tail.toString('latin1'))) return undefined;
  const probed = await look(probe, await sketch(join(folder, 'sketch'), head, tail, size), signal);
  // Pictures are copied from a whole file.
  if (!probed || !STREAMABLE.has(probed.media.container) || probed.media.coverArt) return undefined;
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

/** Probes the sparse file; undefined if too much is missing, in which case the whole file decides. */
async function look(probe: Prober['probe'], path: string, signal: AbortSignal): Promise<Probed | undefined> {
  try {
    return await probe(path, signal);
  } catch (error) {
    if (hasCode(error, 'not_audio') || hasCode(error, 'no_audio') || hasCode(error, 'damaged'))
      return undefined;
    throw error;
  }
}

/** Fails with `unavailable` if the stream ends early, so that it cannot pass for a short file. */
async function* whole(stream: Readable, size: number): AsyncGenerator<Buffer> {
  let came = 0;
  try {
    for await (const chunk of stream) {
      came += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw new AppError('unavailable', 'The storage failed while the original was read.', { cause });
  }
  if (came < size) throw new AppError('unavailable', 'The storage delivered only a part of the original.');
}
