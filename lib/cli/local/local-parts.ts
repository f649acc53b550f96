import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeZip } from 'client-zip';
import type { Conversion, Made } from '../../audio/engine/encode.ts';
import type { AudioEngine } from '../../audio/engine/engine.ts';
import { makeSplit } from '../../audio/engine/make-parts.ts';
import { partNames } from '../../tasks/part-names.ts';

/** A conversion whose options ask for parts. */
export interface LocalSplit extends Omit<Conversion, 'output'> {
  folder: string;
  /** Name of the original without its extension. */
  name: string;
}

/**
 * Makes the parts of an original in a private folder, and one ZIP file of them. Throws as `makeSplit`.
 * @param output path of the ZIP file
 */
export async function makeLocalParts(
  engine: AudioEngine,
  { folder, name, ...conversion }: LocalSplit,
  output: string,
): Promise<Made> {
  const { input, probed, options, signal } = conversion;
  const { extension } = options.format;
  const { split } = options.options;
  const pattern = typeof split === 'object' ? split.name : undefined;
  const made = await makeSplit(engine, { input, probed, options, signal }, async (part, all) => {
    const file = join(folder, `part-${part.number}.${extension}`);
    const done = all.slice(0, part.number - 1).reduce((sum, { share }) => sum + share, 0);
    const onProgress = (fraction: number) => conversion.onProgress(Math.min(1, done + fraction * part.share));
    const how = { options: part.options, level: part.level, onProgress };
    const one = await engine.convert({ ...conversion, ...how, output: file });
    const own = one.adaptations.filter(({ code }) => code !== 'between_packets');
    const named = partNames(pattern, all, name, extension)[part.number - 1] ?? '';
    return { ...one, adaptations: [...part.adaptations, ...own], file, name: named };
  });
  const entries = made.map((one) => ({ name: one.name, file: one.file, size: one.size }));
  await pipeline(Readable.fromWeb(makeZip(inputs(entries))), createWriteStream(output, { mode: 0o600 }), {
    signal,
  });
  return whole(made, conversion);
}

function* inputs(entries: readonly { name: string; file: string; size: number }[]) {
  for (const { name, file, size } of entries)
    yield { name, size, lastModified: new Date(), input: createReadStream(file) };
}

/** Outcome of all parts together. */
function whole(made: readonly Made[], { probed: { media } }: Pick<Conversion, 'probed'>): Made {
  const [first] = made;
  if (!first) throw new TypeError('a split makes at least one part');
  const warnings = new Map(made.flatMap((one) => one.warnings).map((one) => [one.message, one]));
  return {
    ...first,
    media: { ...first.media, duration: media.duration },
    warnings: [...warnings.values()],
    adaptations: made.flatMap(({ adaptations }) => adaptations),
    size: made.reduce((sum, { size }) => sum + size, 0),
  };
}
