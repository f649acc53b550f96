import type { Chapter, FoundChapter } from '../media/chapters.ts';
import { moved, type SamplePositions, scaled } from './sample-positions.ts';

/** A cue point of a WAV file: a position, and a length if it marks a region. Samples. */
export interface CuePoint {
  sample: number;
  length: number;
  label: string;
  note: string;
  /** Purpose of a region (`rgn `, `mark`, ...), four characters. */
  purpose: string;
}

/** Chunks of cue points (Multimedia Programming Interface and Data Specifications 1.0, chapter 3, "Cue Points Chunk"). */
const CUE = 24;
const MOST = 10_000;

/**
 * Reads the chunk `cue ` with the texts of a list `adtl`.
 * @param lists contents of `LIST` chunks
 */
export function readCuePoints(cue: Buffer, lists: readonly Buffer[]): CuePoint[] {
  const texts = new Map<number, Partial<CuePoint>>();
  for (const list of lists) if (list.toString('latin1', 0, 4) === 'adtl') readTexts(list, texts);
  const count = cue.length < 4 ? 0 : Math.min(cue.readUInt32LE(0), Math.floor((cue.length - 4) / CUE), MOST);
  const points = Array.from({ length: count }, (_, index) => {
    const at = 4 + index * CUE;
    const empty = { length: 0, label: '', note: '', purpose: 'rgn ' };
    return { ...empty, ...texts.get(cue.readUInt32LE(at)), sample: cue.readUInt32LE(at + 20) };
  });
  return points.sort((one, other) => one.sample - other.sample);
}

function readTexts(list: Buffer, texts: Map<number, Partial<CuePoint>>): void {
  for (let at = 4; at + 12 <= list.length; ) {
    const [id, length] = [list.toString('latin1', at, at + 4), list.readUInt32LE(at + 4)];
    const content = list.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
    if (content.length < 4) continue;
    const point = content.readUInt32LE(0);
    const known = texts.get(point) ?? {};
    if (id === 'labl') texts.set(point, { ...known, label: textOf(content.subarray(4)) });
    if (id === 'note') texts.set(point, { ...known, note: textOf(content.subarray(4)) });
    if (id === 'ltxt' && content.length >= 20) texts.set(point, { ...regionOf(content), ...known });
  }
}

function regionOf(content: Buffer): Partial<CuePoint> {
  const region = { length: content.readUInt32LE(4), purpose: content.toString('latin1', 8, 12) };
  const label = textOf(content.subarray(20));
  return label === '' ? region : { ...region, label };
}

/** Text up to the first NUL: UTF-8, or the code page of Windows, which RIFF does not name. */
export function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return new TextDecoder('windows-1252').decode(text);
  }
}

/** Cue points as chapters. */
export function chaptersOfCues(points: readonly CuePoint[], sampleRate: number): FoundChapter[] {
  return points.map(({ sample, length, label }) => ({
    start: sample / sampleRate,
    end: length > 0 ? (sample + length) / sampleRate : undefined,
    title: label,
  }));
}

/** Chapters as cue points: regions, so that their ends are kept. */
export function cuesOfChapters(chapters: readonly Chapter[], sampleRate: number): CuePoint[] {
  return chapters.map(({ start, end, title }) => {
    const sample = Math.round(start * sampleRate);
    const length = Math.max(0, Math.round(end * sampleRate) - sample);
    return { sample, length, label: title, note: '', purpose: 'rgn ' };
  });
}

/**
 * Moves cue points with the sound, as chapters move: those outside are left out, regions are clipped, and the last point
 * before the cut moves to the beginning.
 */
export function movedCues(points: readonly CuePoint[], positions: SamplePositions): CuePoint[] {
  const last = positions.end ?? Number.POSITIVE_INFINITY;
  return points.flatMap((point, index) => {
    const { sample, length } = point;
    const next = points[index + 1]?.sample ?? Number.POSITIVE_INFINITY;
    const end = length > 0 ? sample + length : Math.max(sample, next);
    const from = end > positions.start ? Math.max(sample, positions.start) : sample;
    const position = moved(from, positions);
    if (position === undefined) return [];
    const rest = length > 0 ? Math.max(0, Math.min(end, last) - from) : 0;
    return [{ ...point, sample: position, length: scaled(rest, positions) }];
  });
}

/** The chunks `cue ` and `LIST` of type `adtl`. */
export function cueChunks(points: readonly CuePoint[]): { id: string; bytes: Buffer }[] {
  if (points.length === 0) return [];
  const cues = points.map(({ sample }, index) => {
    const cue = Buffer.alloc(CUE);
    cue.writeUInt32LE(index + 1, 0);
    cue.writeUInt32LE(Math.min(sample, MOST_SAMPLE), 4);
    cue.write('data', 8, 'latin1');
    cue.writeUInt32LE(Math.min(sample, MOST_SAMPLE), 20);
    return cue;
  });
  const texts = points.flatMap(({ length, label, note, purpose }, index) => [
    ...(label === '' ? [] : [text('labl', index + 1, label)]),
    ...(note === '' ? [] : [text('note', index + 1, note)]),
    ...(length > 0 ? [region(index + 1, length, purpose)] : []),
  ]);
  const list = { id: 'LIST', bytes: Buffer.concat([Buffer.from('adtl'), ...texts]) };
  return [
    { id: 'cue ', bytes: Buffer.concat([int32(points.length), ...cues]) },
    ...(texts.length > 0 ? [list] : []),
  ];
}

/** Positions have 32 bits. */
const MOST_SAMPLE = 2 ** 32 - 1;

function text(id: string, point: number, value: string): Buffer {
  const content = Buffer.concat([int32(point), Buffer.from(value.replaceAll('\0', '')), Buffer.alloc(1)]);
  return chunk(id, content);
}

/** Length, purpose, and country, language, dialect and code page, which are 0: not stated. */
function region(point: number, length: number, purpose: string): Buffer {
  const rest = Buffer.concat([Buffer.from(purpose, 'latin1'), Buffer.alloc(8)]);
  return chunk('ltxt', Buffer.concat([int32(point), int32(Math.min(length, MOST_SAMPLE)), rest]));
}

function chunk(id: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(id), int32(content.length), content, Buffer.alloc(content.length % 2)]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
