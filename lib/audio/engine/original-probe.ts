import type { Source } from '../ffmpeg/input.ts';
import { probe } from '../ffmpeg/probe.ts';
import type { Tools } from '../ffmpeg/runs.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { FileTags } from '../media/file-tags.ts';
import { flacChunks } from '../tags/flac-chunks.ts';
import { originalTags } from '../tags/original-tags.ts';
import type { TagWorker } from '../tags/tag-worker.ts';
import { withChunks } from './file-chapters.ts';
import { readPlainMp3 } from './plain-mp3.ts';
import { readPlainWav } from './plain-wav.ts';
import { withTags } from './result-tags.ts';

/** Describes an original with its tags: plain WAV and MP3 files by their headers, all others with ffprobe. */
export async function probeOriginal(
  tools: Tools,
  worker: TagWorker,
  source: Source,
  signal: AbortSignal,
): Promise<Probed> {
  if (typeof source !== 'string') return probe(tools, source, signal);
  return (await readPlainWav(source)) ?? probeTagged(tools, worker, source, signal);
}

/** The library reads the tags while ffprobe runs. */
async function probeTagged(
  tools: Tools,
  worker: TagWorker,
  path: string,
  signal: AbortSignal,
): Promise<Probed> {
  const reading = readTags(worker, path);
  const plain = await readPlainMp3(path);
  // A file that the library does not know has its tags from ffprobe.
  if (plain && (await reading).file) return withFileTags(await reading, plain);
  const probed = await withChunks(path, await probe(tools, path, signal));
  return withFileTags(await reading, probed);
}

/** Tags by the library; undefined if it does not know the file. */
interface ReadTags {
  file: FileTags | undefined;
  isHostile: boolean;
}

async function readTags(worker: TagWorker, path: string): Promise<ReadTags> {
  try {
    return { file: (await worker.read(path)) ?? undefined, isHostile: false };
  } catch {
    return { file: undefined, isHostile: true };
  }
}

/** Adds the tags that the library reads. A file whose tags are hostile counts as one without tags. */
function withFileTags({ file, isHostile }: ReadTags, probed: Probed): Probed {
  if (isHostile) return { ...probed, tags: {}, media: { ...probed.media, tags: {} }, tagsUnreadable: true };
  const found = { ...probed, ...(file && { file }) };
  const chunks = file && probed.media.container === 'flac' ? flacChunks(file) : probed.chunks;
  return { ...found, chunks, media: withTags(probed.media, originalTags(found), file) };
}
