import { LRUCache } from 'lru-cache';
import type { Prober } from '../audio/ffmpeg/input.ts';
import type { Probed } from '../audio/media/ffprobe-output.ts';

/** Maximum number of cached originals; users often request a second format of the same original. */
const MOST = 200;

/** Limits on the tags and the chunks (in bytes) of a cached original; larger ones are hostile and would fill the memory. */
const MOST_TAGS = 50;
const LONGEST_TAG = 1000;
const MOST_CHUNKS = 64 * 1024;
const MOST_SOUNDS = 20;

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

function isSmall({ tags, sounds, chunks, file }: Probed): boolean {
  const listed = [...Object.values(tags), ...sounds.flatMap((sound) => Object.values(sound.tags))];
  const values = [...listed, ...Object.values(file?.tags ?? {}).map((texts) => texts.join(''))];
  return (
    sounds.length < MOST_SOUNDS &&
    chunks.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0) < MOST_CHUNKS &&
    values.length < MOST_TAGS * 3 &&
    values.every(({ length }) => length < LONGEST_TAG)
  );
}
