import type { Adaptation } from '../media/adaptations.ts';
import { CUE_FRAMES, type CueSheet } from '../media/cue-sheet.ts';
import { type CueTrack, cueTime } from '../media/cue-tracks.ts';
import type { Tags } from '../media/tag-names.ts';
import { cannotSplit, type Place, type SplitSound, shown, soundBefore } from './split-places.ts';

/** Places of the tracks of a CUE sheet, each on a frame: 588 samples at 44.1 kHz. @throws `cannot_split` */
export function placesOfCue(sheet: CueSheet, sound: SplitSound): Place[] {
  const { first, last, sampleRate } = sound;
  const tracks = sheet.tracks.map((track) => ({ ...track, at: toSamples(track.start, sampleRate) }));
  const late = sound.isCut ? undefined : tracks.find(({ at }) => at >= last);
  if (late)
    throw cannotSplit(
      `Track ${late.number} of the CUE sheet begins at ${cueTime(late.start)}, and the sound lasts ${shown(last, sampleRate)} s: the sheet is of another file.`,
    );
  const inside = tracks.filter(
    ({ at }, index) => at < last && (tracks[index + 1]?.at ?? Number.POSITIVE_INFINITY) > first,
  );
  const [opening] = inside;
  if (!opening) throw cannotSplit('No track of the CUE sheet is within start and end.');
  return inside.map((track, index) => {
    const next = inside[index + 1];
    const before = index === 0 ? soundBefore(track.at - first, sampleRate, 'track') : [];
    return {
      at: track.at,
      title: track.title,
      tags: tagsOf(sheet, track),
      adaptations: [...before, ...silenceBefore(track), ...(next ? pregapOf(next) : [])],
    };
  });
}

function toSamples(frames: number, sampleRate: number): number {
  return Math.round((frames * sampleRate) / CUE_FRAMES);
}

function tagsOf(sheet: CueSheet, track: CueTrack): Tags {
  const texts: [string, string | null][] = [
    ['title', track.title],
    ['artist', track.performer ?? sheet.performer],
    ['album', sheet.title],
    ['albumArtist', sheet.performer],
    ['composer', track.songwriter ?? sheet.songwriter],
    ['isrc', track.isrc],
    ['genre', sheet.genre],
    ['date', sheet.date],
  ];
  return Object.fromEntries(texts.flatMap(([name, text]) => (text === null ? [] : [[name, [text]]])));
}

/** The sound before a track, which players of discs skip, stays with the track before it. */
function pregapOf({ number, pregap, start }: CueTrack): Adaptation[] {
  if (pregap === null || pregap >= start) return [];
  const reason = 'The pre-gap of a track is at the end of the part before it.';
  const from = `${cueTime(start - pregap)} before track ${number}`;
  return [{ property: 'split', from, to: 'at the end of this part', code: 'pregap', reason }];
}

/** Silence that a sheet asks for and the file does not have. */
function silenceBefore({ silence, number }: CueTrack): Adaptation[] {
  if (silence === 0) return [];
  const reason = 'The silence of PREGAP is not in the original, and no part has it.';
  const from = `${cueTime(silence)} before track ${number}`;
  return [{ property: 'split', from, to: 'left out', code: 'pregap', reason }];
}
