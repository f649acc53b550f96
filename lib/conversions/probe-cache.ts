import { LRUCache } from 'lru-cache';
import type { Prober } from '../audio/ffmpeg/input.ts';
import type { Probed } from '../audio/media/ffprobe-output.ts';

/** Maximum number of cached originals; users often request a second format of the same original. */
const MOST = 200;

/** Limits on the tags of a cached original; larger ones are hostile and would fill the memory. */
const MOST_TAGS = 50;
const LONGEST_TAG = 1000;

/**
 * Caches the probe of each original across changes of its requested output. The object under a key never changes.
 * @returns the prober for the original with a key
 */
export function createKnownMedia(engine: Prober) {
  const known = new LRUCache<string, Probed>({ max: MOST });
  return (key: string): Prober => ({
    async probe(source, signal) {
      const cached = known.get(key);
      if (cached) return cached;
      const probed = await engine.probe(source, signal);
      if (isSmall(probed)) known.set(key, probed);
      return probed;
    },
  });
}

function isSmall({ tags }: Probed): boolean {
  const values = Object.values(tags);
  return values.length < MOST_TAGS && values.every(({ length }) => length < LONGEST_TAG);
}
