import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../runtime/errors.ts';
import { selectedSound } from '../ffmpeg/arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import type { OpenedSource } from '../ffmpeg/input.ts';
import { joinArguments, pcmOf } from '../ffmpeg/join-arguments.ts';
import { runFfmpeg, type Tools } from '../ffmpeg/runs.ts';
import type { Adaptation } from '../media/adaptations.ts';
import type { Chapter } from '../media/chapters.ts';
import { probedOf } from '../media/described-media.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { MediaInfo } from '../media/media-info.ts';
import type { Tags } from '../media/tag-names.ts';
import { type CommonSound, commonSound, overlapOf, planTrack, trackChanges } from '../plan/join-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { resultSamples } from '../plan/result-samples.ts';
import { originalTags } from '../tags/original-tags.ts';
import type { TagWorker } from '../tags/tag-worker.ts';
import { countSamples } from './analysis-passes.ts';
import { crossfaded, soundOf } from './joined-samples.ts';
import type { SentCover } from './sent-cover.ts';

/** One track of a join. */
export interface JoinTrack extends OpenedSource {
  /** Title of its chapter if its tags have none. */
  name: string;
}

/** Tracks as one original, which is decoded track by track whenever it is opened. */
export interface Joined extends OpenedSource {
  adaptations: readonly Adaptation[];
  /** The cover of the first track that has one; undefined if none has. */
  cover: SentCover | undefined;
}

/** Tracks to join. */
export interface JoinRequest {
  tracks: readonly JoinTrack[];
  /** Title of the whole; null: the album of the tracks. */
  title: string | null;
  /** Seconds by which neighbours overlap. */
  crossfade: number;
  /** Whether the packets of the tracks are joined as they are. */
  copied: boolean;
  /** A private folder. */
  folder: string;
  signal: AbortSignal;
}

/**
 * Joins tracks without a sample between them that they do not have: each is decoded by itself, without the delay and the padding of
 * its encoder. Throws as `convert`, and `cannot_join` for a crossfade that is longer than half of a track.
 */
export async function joinTracks(tools: Tools, worker: TagWorker, request: JoinRequest): Promise<Joined> {
  const { tracks, crossfade, folder, signal } = request;
  const common = commonSound(
    tracks.map(({ probed }) => probed),
    crossfade > 0,
  );
  const planned: PlannedTrack[] = [];
  for (const [index, track] of tracks.entries()) {
    const plan = planTrack(track.probed, common);
    planned.push({ ...track, plan, samples: await samplesOf(tools, track, plan, signal, index) });
  }
  const lengths = planned.map(({ samples }) => samples);
  const overlap = overlapOf(lengths, crossfade, common.sampleRate);
  const adaptations = tracks.flatMap(({ name, probed }) => trackChanges(name, probed, common));
  const open = async () => Readable.from(joinedSamples(tools, planned, common, overlap, signal));
  const cover = await coverOf(worker, tracks, folder);
  const probed = joinedProbe(request, common, lengths, overlap);
  return { source: { folder, open }, probed, adaptations, cover };
}

interface PlannedTrack extends JoinTrack {
  plan: Plan;
  /** In the sound that all have in common. */
  samples: number;
}

/** The first bytes of pictures that every format with a cover holds. */
const PICTURES = [
  [Buffer.from([0xff, 0xd8, 0xff]), 'image/jpeg'],
  [Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'image/png'],
] as const;

export async function coverOf(
  worker: TagWorker,
  tracks: readonly JoinTrack[],
  folder: string,
): Promise<SentCover | undefined> {
  for (const { source, probed } of tracks) {
    if (!probed.media.coverArt || typeof source !== 'string') continue;
    const picture = await worker.picture(source);
    const kind = PICTURES.find(([start]) => picture?.subarray(0, start.length).equals(start));
    if (!picture || !kind) continue;
    const path = join(folder, 'joined-cover');
    await writeFile(path, picture, { mode: 0o600 });
    return { path, mimeType: kind[1] };
  }
  return undefined;
}

/** Counts the samples of a track, unless its lossless codec declares them. */
async function samplesOf(
  tools: Tools,
  { source, probed, name }: JoinTrack,
  plan: Plan,
  signal: AbortSignal,
  index: number,
): Promise<number> {
  const declared = probed.depth !== null ? resultSamples(plan, probed) : null;
  if (declared !== null) return declared;
  try {
    return await countSamples(tools, { input: source, original: source, probed, plan, signal });
  } catch (error) {
    throw ofTrack(index, name, error);
  }
}

/** The error of one track, which names it. */
export function ofTrack(index: number, name: string, error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  return new AppError(error.code, `Track ${index + 1} (${name}): ${error.message}`, { cause: error });
}

/** The joined sound as a WAV stream. */
async function* joinedSamples(
  tools: Tools,
  tracks: readonly PlannedTrack[],
  common: CommonSound,
  overlap: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const frame = (common.stored.bits / 8) * common.channels;
  const reading = new AbortController();
  const either = AbortSignal.any([signal, reading.signal]);
  try {
    const sounds = tracks.map((track) => () => decoded(tools, track, common, either));
    if (overlap > 0) yield* crossfaded(sounds, overlap, common);
    else for (const [index, sound] of sounds.entries()) yield* soundOf(sound(), index === 0, frame);
  } finally {
    reading.abort(new Error('the reader has ended'));
  }
}

/** One track as a WAV stream. Its ffmpeg runs within the turn of the program that reads the joined sound. */
function decoded(
  tools: Tools,
  { source, probed, plan }: PlannedTrack,
  { stored }: CommonSound,
  signal: AbortSignal,
): Readable {
  const through = new PassThrough();
  const args = joinArguments(selectedSound(source, probed), plan, pcmOf(stored));
  const run = runFfmpeg(tools, { input: source, probed, signal }, args, {
    reported: true,
    output: (pipe) => pipeline(pipe, through, { end: false }),
  });
  run.then(
    ({ ending }) => (ending.code === 0 ? through.end() : through.destroy(decodingFailure(ending))),
    (error: unknown) => through.destroy(error instanceof Error ? error : undefined),
  );
  return through;
}

/** Chapters of the whole by the titles of the tracks, the tags that all tracks share, and its seconds. */
export function wholeOf(
  { tracks, title }: Pick<JoinRequest, 'tracks' | 'title'>,
  lengths: readonly number[],
  overlap: number,
  sampleRate: number,
): Pick<MediaInfo, 'chapters' | 'tags'> & { duration: number } {
  const starts = lengths.map((_, index) =>
    lengths.slice(0, index).reduce((sum, length) => sum + length - overlap, 0),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0) - overlap * (lengths.length - 1);
  const chapters = tracks.map(({ name, probed }, index): Chapter => {
    const end = starts[index + 1] ?? total;
    const [found = name] = originalTags(probed).title ?? [];
    return { start: seconds(starts[index] ?? 0, sampleRate), end: seconds(end, sampleRate), title: found };
  });
  return { chapters, tags: sharedTags(tracks, title), duration: total / sampleRate };
}

function joinedProbe(
  request: JoinRequest,
  { sampleRate, channels, channelLayout, depth, stored }: CommonSound,
  lengths: readonly number[],
  overlap: number,
): Probed {
  const codec = pcmOf(stored);
  const described = probedOf({
    container: 'wav',
    codec,
    ...{ sampleRate, channels, channelLayout, ...wholeOf(request, lengths, overlap, sampleRate) },
    bitDepth: depth?.bits ?? null,
    bitrate: sampleRate * channels * stored.bits,
    tracks: [
      { number: 1, codec, channels, sampleRate, language: null, title: null, default: true, duration: null },
    ],
  });
  // A decoder of its own also says that no packet may be copied: the samples are only on their way.
  return { ...described, depth, decoder: codec };
}

/** To a microsecond. */
function seconds(samples: number, sampleRate: number): number {
  return Math.round((samples / sampleRate) * 1e6) / 1e6;
}

/** Tags that belong to a track and not to its album. */
const OF_TRACKS =
  /^(title|titleSort|subtitle|trackNumber|totalTracks|isrc|lyrics|replaygain|r128|musicbrainz.*Track|musicbrainzWork|acoustid|comment$|encodedBy$)/;

function sharedTags(tracks: readonly JoinTrack[], title: string | null): Tags {
  const [first = {}, ...others] = tracks.map(({ probed }) => originalTags(probed));
  const shared = Object.entries(first).filter(
    ([name, values]) =>
      !OF_TRACKS.test(name) && others.every((tags) => JSON.stringify(tags[name]) === JSON.stringify(values)),
  );
  const tags = Object.fromEntries(shared);
  const whole = title ?? tags.album?.[0];
  const artist = tags.artist ?? tags.albumArtist;
  return { ...tags, ...(artist && { artist }), ...(whole !== undefined && { title: [whole] }) };
}
