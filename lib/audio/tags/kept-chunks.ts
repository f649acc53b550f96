import type { Adaptation, AdaptationReason } from '../media/adaptations.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import type { FileChunk } from '../media/file-chunks.ts';
import { isWhole } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { listsOf, nameOf } from './broadcast-chunks.ts';
import type { Chunk } from './chunk-writer.ts';
import { cueChunks, cuesOfChapters, movedCues, readCuePoints } from './cue-points.ts';
import { markerChunk } from './markers.ts';
import { areUnmoved, type SamplePositions, samplePositions } from './sample-positions.ts';
import { movedLoops } from './sampler-loops.ts';
import { movedBext, movedIxml } from './time-reference.ts';

/** Chunks for a result, and adaptations that name those of the original that it lacks. */
export interface KeptChunks {
  chunks: Chunk[];
  adaptations: Adaptation[];
}

/** Bytes of `bext` that ffmpeg shall reserve before the sound, where many readers look; null: none. */
export function bextLength({ chunks }: KeptChunks): number | null {
  const length = chunks.find(({ id }) => id === 'bext')?.bytes.length;
  return length !== undefined && length <= MOST_RESERVED ? length : null;
}

/** An argument of a program takes up to 128 KiB. */
const MOST_RESERVED = 65_536;

/** The chunks of cue points and markers, which are chapters in other formats. */
const CHAPTERS: ReadonlySet<string> = new Set(['cue', 'MARK']);

/** Chunks that each container can have, by ffmpeg's muxer; undefined: none. */
const PLACES: ReadonlyMap<string, ReadonlySet<string> | 'all'> = new Map<string, ReadonlySet<string> | 'all'>(
  [
    ['wav', 'all'],
    ['aiff', 'all'],
    ['w64', new Set(['bext'])],
    ['flac', new Set(['bext', 'iXML'])],
  ],
);

/** Plans the chunks of a result. Positions move with the sound, and a chunk that no longer fits it is left out. */
export function keptChunks(plan: Plan, probed: Pick<Probed, 'media' | 'chunks'>): KeptChunks {
  const { format, options } = plan;
  const place = PLACES.get(format.muxer);
  const positions = samplePositions(plan, probed.media.sampleRate);
  const isSameFamily = (probed.media.container === 'aiff') === (format.muxer === 'aiff');
  const adaptations: Adaptation[] = [];
  const chunks: Chunk[] = [];
  for (const chunk of probed.chunks) {
    const name = nameOf(chunk);
    if (CHAPTERS.has(name) || (options.metadata === 'strip' && !SAMPLER.has(name))) continue;
    const isPlaced = isSameFamily && (place === 'all' || place?.has(name) === true);
    const kept: Kept = isPlaced
      ? keptChunk(chunk, plan, positions, probed)
      : { lost: { code: 'not_supported', reason: `${format.name} has no place for it.` } };
    if ('bytes' in kept) chunks.push({ id: chunk.id, bytes: kept.bytes });
    if (kept.lost !== undefined)
      adaptations.push(leftOut(name, 'bytes' in kept ? 'kept in part' : 'left out', kept.lost));
  }
  return { chunks: [...chunks, ...chapterChunks(plan, probed, positions)], adaptations };
}

/** Chunks of samplers, which describe the sound and no person. */
const SAMPLER: ReadonlySet<string> = new Set(['smpl', 'inst', 'acid']);

/** Chunks without positions or levels in them. */
const STATIC: ReadonlySet<string> = new Set(['axml', '_PMX', 'aXML', 'inst', 'umid']);

/** A chunk for the result, or the reason why it has none, or less of it. */
type Kept = { bytes: Buffer; lost?: AdaptationReason } | { lost: AdaptationReason };

function keptChunk(
  { id, bytes }: FileChunk,
  plan: Plan,
  positions: SamplePositions,
  { media }: Pick<Probed, 'media'>,
): Kept {
  if (!bytes) return { lost: { code: 'too_large', reason: 'It is too large.' } };
  const isSameSound = areUnmoved(positions) && hasSameLevel(plan);
  if (id === 'bext') {
    const moved = movedBext(bytes, positions, isSameSound);
    return moved ? { bytes: moved } : { lost: { code: 'unreadable', reason: 'It is damaged.' } };
  }
  if (id === 'iXML') return { bytes: movedIxml(bytes, positions, plan.sampleRate) };
  if (id === 'smpl') return keptLoops(bytes, positions, plan.sampleRate);
  if (STATIC.has(id)) return { bytes };
  if (id === 'INST')
    return { lost: { code: 'outdated', reason: 'Its loops name markers by other numbers.' } };
  if (id === 'chna')
    return plan.channels === media.channels
      ? { bytes }
      : { lost: { code: 'outdated', reason: 'The channels differ.' } };
  return isSameSound
    ? { bytes }
    : { lost: { code: 'outdated', reason: 'It may not fit the changed sound.' } };
}

function keptLoops(bytes: Buffer, positions: SamplePositions, sampleRate: number): Kept {
  const moved = movedLoops(bytes, positions, sampleRate);
  if (!moved) return { lost: { code: 'unreadable', reason: 'It is damaged.' } };
  if (moved.lost === 0) return { bytes: moved.bytes };
  return {
    bytes: moved.bytes,
    lost: { code: 'loops_outside', reason: `Loops that are not wholly inside are left out: ${moved.lost}.` },
  };
}

/** Whether the level of all samples stays. */
function hasSameLevel({ options, chain }: Pick<Plan, 'options' | 'chain'>): boolean {
  return (options.gain ?? 0) === 0 && options.loudness === undefined && isWhole(chain);
}

/** Cue points with their notes if the original has some; else the chapters of the plan. */
function chapterChunks(
  plan: Plan,
  { chunks, media }: Pick<Probed, 'media' | 'chunks'>,
  positions: SamplePositions,
): Chunk[] {
  const { muxer } = plan.format;
  if (plan.chapters.length === 0) return [];
  if (muxer === 'aiff') return [{ id: 'MARK', bytes: markerChunk(plan.chapters, plan.sampleRate) }];
  if (muxer !== 'wav') return [];
  const cue = chunks.find(({ id }) => id === 'cue ')?.bytes;
  const isOwn = cue && (plan.options.chapters ?? 'keep') === 'keep' && media.container !== 'aiff';
  if (!isOwn) return cueChunks(cuesOfChapters(plan.chapters, plan.sampleRate));
  return cueChunks(movedCues(readCuePoints(cue, listsOf(chunks)), positions));
}

function leftOut(name: string, to: string, reason: AdaptationReason): Adaptation {
  return { property: 'chunks', from: name, to, ...reason };
}
