import type { Prober } from '../audio/ffmpeg/input.ts';
import type { Probed } from '../audio/media/ffprobe-output.ts';
import { createMemory } from '../runtime/cache.ts';

/** Originals that are remembered: who wants one format often wants another. */
const MOST = 200;

/** Tags beyond are hostile; remembered, they would fill the memory. */
const MOST_TAGS = 50;
const LONGEST_TAG = 1000;

/**
 * Probes each original once, however often its requested output changes: nothing is stored under its key twice.
 * @returns by the key of an original, what probes it, or knows it
 */
export function createKnownMedia(engine: Prober) {
  const known = createMemory<Probed>(MOST);
  return (key: string): Prober => ({
    async probe(source, signal) {
      const remembered = known.get(key);
      if (remembered) return remembered;
      const probed = await engine.probe(source, signal);
      if (isSmall(probed)) known.keep(key, probed);
      return probed;
    },
  });
}

function isSmall({ tags }: Probed): boolean {
  const values = Object.values(tags);
  return values.length < MOST_TAGS && values.every(({ length }) => length < LONGEST_TAG);
}
