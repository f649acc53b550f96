import { AppError } from '../../runtime/errors.ts';
import type { Adaptation } from './adaptations.ts';
import type { Depth, MediaInfo, Track } from './media-info.ts';

/** Maximum number of tracks that a task shows; every track can be taken. */
export const MOST_TRACKS = 100;

/** A sound track with the details that a conversion needs. */
export interface Sound {
  track: Track;
  /** The failure that a conversion of this track would have; null if it can be decoded. */
  refusal: 'unsupported_codec' | 'damaged' | null;
  /** Whether the duration is an estimate, or that of the whole file. */
  estimated: boolean;
  /** Packets that the index of the file lists; null if it has none. */
  packets: number | null;
  depth: Depth | null;
  tags: Readonly<Record<string, string>>;
  /** The part of the media information that depends on the track. */
  media: Pick<
    MediaInfo,
    'codec' | 'duration' | 'sampleRate' | 'channels' | 'channelLayout' | 'bitDepth' | 'bitrate' | 'tags'
  >;
}

/** A probe with its tracks. */
interface Tracked {
  /** Number of the track that `media`, `estimated`, `depth` and `tags` describe. */
  track: number;
  sounds: readonly Sound[];
  estimated: boolean;
  depth: Depth | null;
  tags: Readonly<Record<string, string>>;
  media: MediaInfo;
}

/**
 * The track that a conversion takes without a request: the first that is marked default, else the first of all; another
 * one if that cannot be decoded. Throws the refusal of the first track if none can be decoded.
 */
export function standardSound(sounds: readonly [Sound, ...Sound[]]): Sound {
  const usable = sounds.filter(({ refusal }) => refusal === null);
  const [first] = sounds;
  const taken = usable.find(({ track }) => track.default) ?? usable[0];
  if (!taken) throw refused(first);
  return taken;
}

/**
 * Takes the requested track of a file.
 * @param wanted a number from 1, or a language by ISO 639-1 or 639-2
 * @throws `no_such_track`, which names the existing tracks; `unsupported_codec` or `damaged`
 */
export function takeTrack<P extends Tracked>(probed: P, wanted: number | string | undefined): P {
  if (wanted === undefined) return probed;
  const found = probed.sounds.filter(({ track }) =>
    typeof wanted === 'number' ? track.number === wanted : isLanguage(track.language, wanted),
  );
  const usable = found.filter(({ refusal }) => refusal === null);
  const sound = usable.find(({ track }) => track.default) ?? usable[0] ?? found[0];
  if (!sound) throw noSuchTrack(wanted, probed.sounds);
  if (sound.refusal !== null) throw refused(sound);
  if (sound.track.number === probed.track) return probed;
  const { estimated, packets, depth, tags, media } = sound;
  return {
    ...probed,
    track: sound.track.number,
    estimated,
    packets,
    depth,
    tags,
    media: { ...probed.media, ...media },
  };
}

/** Names the tracks that a result leaves out, and the reason if the default track is one of them. */
export function trackAdaptations(
  { track: taken, sounds }: Pick<Tracked, 'track' | 'sounds'>,
  isRequested: boolean,
): Adaptation[] {
  if (sounds.length < 2) return [];
  const others = sounds.map(({ track }) => track).filter(({ number }) => number !== taken);
  const left: Adaptation = {
    property: 'tracks',
    from: sounds.length,
    to: 1,
    code: 'one_track',
    reason: `A result has one sound track: number ${taken}. Left out: ${listed(others)}.`,
  };
  return [left, ...(isRequested ? [] : replacedDefault(taken, sounds))];
}

function replacedDefault(taken: number, sounds: readonly Sound[]): Adaptation[] {
  const usual = sounds.find(({ track }) => track.default) ?? sounds[0];
  if (!usual || usual.refusal === null) return [];
  const { number, codec } = usual.track;
  const reason = `The default track cannot be decoded (${codec}).`;
  return [{ property: 'track', from: number, to: taken, code: 'unreadable_track', reason }];
}

/** Compares languages: `es`, `spa` and `es-MX` are one, and so are `ger` and `deu`. */
function isLanguage(found: string | null, wanted: string): boolean {
  if (found === null) return false;
  if (found.toLowerCase() === wanted.toLowerCase()) return true;
  const language = languageOf(wanted);
  return language !== undefined && languageOf(found) === language;
}

/** The shortest code of a language, by the Unicode CLDR; undefined for a malformed code. */
function languageOf(code: string): string | undefined {
  try {
    return new Intl.Locale(code).language;
  } catch {
    return undefined;
  }
}

function noSuchTrack(wanted: number | string, sounds: readonly Sound[]): AppError {
  const tracks = listed(sounds.map(({ track }) => track));
  return new AppError('no_such_track', `The original has no sound track ${wanted}. It has: ${tracks}.`);
}

function refused({ refusal, track: { number, codec } }: Sound): AppError {
  if (refusal === 'damaged') {
    return new AppError('damaged', 'The file is damaged: its sound has no sample rate or no channels.');
  }
  const sentence = `This service does not support the codec of sound track ${number} (${codec}).`;
  return new AppError('unsupported_codec', sentence);
}

/** Maximum number of tracks that a sentence names. */
const NAMED = 10;

function listed(tracks: readonly Track[]): string {
  const named = tracks.slice(0, NAMED).map(({ number, codec, language }) => {
    return `${number} (${[language, codec].filter((part) => part !== null).join(', ')})`;
  });
  return [...named, ...(tracks.length > NAMED ? ['...'] : [])].join(', ');
}
