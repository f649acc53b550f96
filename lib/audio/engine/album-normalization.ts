import type { Adaptation } from '../media/adaptations.ts';
import { isWhole, type Level, UNCHANGED } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import type { AlbumOfTrack } from './album.ts';
import { firstLevel, isDoubtful, isTolerated, lowerCeiling } from './loudness.ts';
import { type Levelled, type LevelSteps, MOST_TRIES, NOTHING, tooQuiet } from './loudness-normalization.ts';

/**
 * Encodes a track at the level of its album: with the gain that brings the album to its target, the same for all tracks. A limiter
 * holds peaks above the requested one; if the result exceeds it, the limiter is lowered and the gain stays.
 */
export async function encodeAtAlbumLevel<Made>(
  { options, encoder }: Pick<Plan, 'options' | 'encoder'>,
  { level, peak }: AlbumOfTrack,
  { encode, measureResult }: LevelSteps<Made>,
): Promise<Levelled<Made>> {
  const { loudness: requested } = options;
  if (!requested) throw new TypeError('the album of a track needs a loudness');
  if (!level) return { ...NOTHING, made: await encode(UNCHANGED), adaptations: [tooQuiet(requested)] };
  if (isTolerated(requested, level)) return { ...NOTHING, made: await encode(UNCHANGED) };
  const lossy = encoder.depth === null;
  const track = { integrated: level.integrated, truePeak: peak ?? Number.NEGATIVE_INFINITY };
  let now: Level = firstLevel(requested, track, lossy);
  let made = await encode(now);
  if (!isDoubtful(requested, track, now, lossy)) return { ...NOTHING, made };
  let after = await measureResult();
  for (let tries = 2; tries <= MOST_TRIES; tries++) {
    const ceiling = after && lowerCeiling(requested, after, now);
    if (!ceiling) break;
    now = { ...now, ceiling };
    made = await encode(now);
    after = await measureResult();
  }
  return { ...NOTHING, made, after };
}

/** Tells that an album was measured by the whole originals of its tracks, if a result has another sound. */
export function ofWholeOriginals({ chain, options }: Plan, album: AlbumOfTrack | undefined): Adaptation[] {
  if (!album || (isWhole(chain) && options.track === undefined)) return [];
  const reason =
    'The album is measured by the whole originals: before a cut, a fade, a mix or the choice of a track.';
  return [{ property: 'album', from: 'results', to: 'originals', code: 'whole_originals', reason }];
}
