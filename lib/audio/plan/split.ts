import type { EffectiveOptions } from '../formats/effective-options.ts';
import { MOST_PARTS, type Split } from '../formats/split-option.ts';
import { type Chapter, checkedChapters } from '../media/chapters.ts';
import { BadCueSheet, type CueSheet, readCueSheet } from '../media/cue-sheet.ts';
import { placesOfCue } from './split-cue.ts';
import { cannotSplit, type Part, type Place, type SplitSound, shown, soundBefore } from './split-places.ts';

/**
 * Divides a sound, so that the parts together are the whole. Sound before the first place belongs to the first part.
 * @param count number of parts for `maxBytes` and `fit`
 * @throws `cannot_split`
 */
export function planParts(effective: EffectiveOptions, sound: SplitSound, count: number): Part[] {
  const { split } = effective.options;
  if (split === undefined) throw new TypeError('the options do not ask for parts');
  const places = placesOf(split, effective, sound, count);
  if (places.length > MOST_PARTS)
    throw cannotSplit(`It would give ${places.length} parts; expected at most ${MOST_PARTS}.`);
  return places.map(({ at, ...place }, index) => ({
    ...place,
    start: index === 0 ? sound.first : at,
    end: places[index + 1]?.at ?? (sound.isCut ? sound.last : null),
  }));
}

function placesOf(split: Split, effective: EffectiveOptions, sound: SplitSound, count: number): Place[] {
  if (split === 'chapters' || 'chapters' in split) return placesOfChapters(effective, sound);
  if ('cue' in split) return placesOfCue(split.cue === true ? ownSheet(sound) : readSheet(split.cue), sound);
  if ('at' in split) return placesOfTimes(split.at, sound);
  if ('every' in split) return placesOfLength(split.every, sound);
  return equalPlaces(count, sound);
}

function readSheet(text: string): CueSheet {
  try {
    return readCueSheet(text);
  } catch (error) {
    throw error instanceof BadCueSheet ? cannotSplit(`Of its CUE sheet, ${error.message}.`) : error;
  }
}

/** The CUE sheet in a file: among its tags, where rippers of discs leave it with titles, or in a block of FLAC. */
function ownSheet({ probed: { tags, file }, sheet }: SplitSound): CueSheet {
  const all = [...Object.entries(file?.tags ?? {}), ...Object.entries(tags)];
  const [, found] = all.find(([name]) => name.toUpperCase() === 'CUESHEET') ?? [];
  const text = typeof found === 'string' ? found : found?.[0];
  if (text !== undefined) return readSheet(text);
  if (!sheet)
    throw cannotSplit('The file has no CUE sheet, neither in its tag CUESHEET nor in a block of FLAC.');
  return sheet;
}

function placesOfChapters({ options }: EffectiveOptions, sound: SplitSound): Place[] {
  const { probed, sampleRate, first, last } = sound;
  if (probed.moreChapters) throw cannotSplit('The file has more chapters than the service reads.');
  const listed = typeof options.chapters === 'object' ? options.chapters : null;
  const chapters = listed
    ? checkedChapters(listed.map(found), last / sampleRate).chapters
    : probed.media.chapters;
  const inside = chapters
    .filter(({ start, end }) => start * sampleRate < last && Math.max(start, end) * sampleRate > first)
    .map((chapter) => ({ ...chapter, at: Math.max(first, Math.round(chapter.start * sampleRate)) }));
  const distinct = inside.filter(({ at }, index) => index === 0 || at > (inside[index - 1]?.at ?? 0));
  if (distinct.length === 0) throw cannotSplit('There are no chapters in the sound.');
  const starts = onFrames(
    distinct.map(({ at }) => at),
    sampleRate,
  );
  return distinct.map(({ title }, index) => ({
    at: starts[index] ?? 0,
    title: title === '' ? null : title,
    tags: title === '' ? {} : { title: [title] },
    adaptations: index === 0 ? soundBefore((starts[0] ?? 0) - first, sampleRate, 'chapter') : [],
  }));
}

function found({ start, end, title }: Pick<Chapter, 'start' | 'title'> & { end?: number | undefined }) {
  return { start, end, title };
}

/** Samples of a frame of a CD, and half of a millisecond. */
const FRAME = 588;
const ROUNDED = 22;

/** Chapters of a CD image begin with a frame. Containers that count milliseconds move them; where all are that near, they go back. */
function onFrames(starts: readonly number[], sampleRate: number): readonly number[] {
  const frames = starts.map((at) => Math.round(at / FRAME) * FRAME);
  const isDisc =
    sampleRate === 44_100 && starts.every((at, index) => Math.abs(at - (frames[index] ?? 0)) <= ROUNDED);
  return isDisc ? frames : starts;
}

function placesOfTimes(times: readonly number[], sound: SplitSound): Place[] {
  const { sampleRate, first, last } = sound;
  const starts = times.map((time) => Math.round(time * sampleRate));
  for (const [index, at] of starts.entries()) {
    const before = starts[index - 1] ?? first;
    const time = times[index];
    if (at <= before || at >= last)
      throw cannotSplit(
        `There is no sound between ${time} s and the ${at >= last ? 'end' : 'place before'}: expected more than ${shown(before, sampleRate)} and less than ${shown(last, sampleRate)} s.`,
      );
  }
  return [first, ...starts].map(untitled);
}

function placesOfLength(every: number, { sampleRate, first, last, padding = 0 }: SplitSound): Place[] {
  const length = every * sampleRate;
  // Neither padding of a lossy encoder nor a rounded sample is a part of its own.
  const rest = Math.max(1, padding * sampleRate);
  const count = Math.max(1, Math.ceil((last - first - rest) / length));
  if (count > MOST_PARTS)
    throw cannotSplit(
      `It would give ${count} parts; expected at most ${MOST_PARTS}, so at least ${Math.ceil((last - first) / sampleRate / MOST_PARTS)} s each.`,
    );
  return Array.from({ length: count }, (_, index) => untitled(first + Math.round(index * length)));
}

function equalPlaces(count: number, { first, last }: SplitSound): Place[] {
  return Array.from({ length: count }, (_, index) =>
    untitled(first + Math.floor(((last - first) * index) / count)),
  );
}

function untitled(at: number): Place {
  return { at, title: null, tags: {}, adaptations: [] };
}
