import { type FileHandle, open } from 'node:fs/promises';
import { undefinedFor } from '../../runtime/errors.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { plainId3Texts } from '../media/id3-frames.ts';
import { blockLength } from '../media/joined-streams.ts';
import { type Mp3Parts, mp3Parts } from '../media/mp3-header.ts';
import { describeSound } from './described-sound.ts';

/** Bytes of the largest tag that is walked through; larger ones hold many pictures. */
const LARGEST_TAG = 32 * 1024 ** 2;

/** Part of the sound that tags after it may have; a reader takes the header for wrong from a sixteenth on (libavformat/mp3dec.c). */
const LARGEST_SHARE = 1 / 32;

/** Bytes of tags after the sound that are read at once. */
const LARGEST_REST = 1024 ** 2;

/**
 * Describes an MP3 file, but for its tags, as a probe would do, without a program: the ffprobe of a distribution takes 60 ms of
 * CPU time. Undefined for a file whose header frame does not state the bytes of its sound, with chapters, or with anything but
 * plain tags around the sound. `tags` has what `originalTags` needs besides the tags of the library.
 */
export async function readPlainMp3(path: string): Promise<Probed | undefined> {
  const file = await open(path).catch(undefinedFor('ENOENT', 'ESTALE', 'EIO'));
  if (!file) return undefined;
  try {
    const parts = await mp3Parts(file);
    if (!parts || !(await endsPlain(file, parts))) return undefined;
    const tags = parts.tags === 0 ? {} : await plainTexts(file, parts.tags);
    return tags && describeSound(parts.header, null, tags);
  } catch (error) {
    return undefinedFor('ESTALE', 'EIO')(error);
  } finally {
    await file.close();
  }
}

async function plainTexts(file: FileHandle, length: number): Promise<Record<string, string> | undefined> {
  return length > LARGEST_TAG ? undefined : plainId3Texts(file, length);
}

/** Whether nothing follows the sound but an APE tag with its header, and an ID3v1 tag. */
async function endsPlain(file: FileHandle, { tags, sound, rest }: Mp3Parts): Promise<boolean> {
  if (rest > Math.min(sound * LARGEST_SHARE, LARGEST_REST)) return false;
  const end = Buffer.alloc(rest + 32);
  await file.read(end, 0, rest, tags + sound);
  for (let at = 0; at < rest; ) {
    const isTag = /^(TAG|APETAGEX)/.test(end.toString('latin1', at, at + 8));
    if (!isTag) return false;
    at += blockLength(end, at);
    if (at >= rest) return at === rest;
  }
  return true;
}
