/**
 * Loudness of the gating blocks of a sound: 400 ms each, every 100 ms (ITU-R BS.1770-5, annex 1; EBU Tech 3341). Blocks of several
 * sounds count together as those of one, which a mean of their integrated loudnesses would not.
 */
export interface GatingBlocks {
  /** Hundredths of a LUFS with the number of blocks there, rising; none at or below the absolute gate. */
  counts: readonly (readonly [level: number, count: number])[];
  /** dBTP, the highest of all channels; null: silence. */
  truePeak: number | null;
}

/** LUFS: the absolute gate of ITU-R BS.1770-5; quieter blocks have no loudness. */
const ABSOLUTE_GATE = -70;

/** LU below the loudness of all blocks: the relative gate. */
const RELATIVE_GATE = -10;

/** Loudness of a full-scale mean square of 1, in LUFS (ITU-R BS.1770-5, annex 1). */
const OFFSET = -0.691;

/** Units of a level in a LU. */
const UNITS = 100;

/** Collects blocks, one after another. */
export interface BlockCounter {
  /** @param level LUFS */
  add(level: number): void;
  counts(): GatingBlocks['counts'];
}

export function createBlockCounter(): BlockCounter {
  const found = new Map<number, number>();
  return {
    add(level) {
      if (!(level > ABSOLUTE_GATE)) return;
      const unit = Math.round(level * UNITS);
      found.set(unit, (found.get(unit) ?? 0) + 1);
    },
    counts: () => [...found].sort(([one], [other]) => one - other),
  };
}

/** Blocks of several sounds as those of one. */
export function mergedBlocks(all: readonly GatingBlocks[]): GatingBlocks {
  const found = new Map<number, number>();
  for (const { counts } of all)
    for (const [level, count] of counts) found.set(level, (found.get(level) ?? 0) + count);
  const peaks = all.flatMap(({ truePeak }) => (truePeak === null ? [] : [truePeak]));
  return {
    counts: [...found].sort(([one], [other]) => one - other),
    truePeak: peaks.length > 0 ? Math.max(...peaks) : null,
  };
}

/** Blocks of the same sound at another level. */
export function shiftedBlocks({ counts, truePeak }: GatingBlocks, dB: number): GatingBlocks {
  const by = Math.round(dB * UNITS);
  const shifted = counts.map(([level, count]) => [level + by, count] as const);
  return {
    counts: shifted.filter(([level]) => level > ABSOLUTE_GATE * UNITS),
    truePeak: truePeak === null ? null : truePeak + dB,
  };
}

/** Integrated loudness in LUFS; null if no block is above the absolute gate. */
export function integratedLoudness({ counts }: Pick<GatingBlocks, 'counts'>): number | null {
  const all = meanLoudness(counts);
  if (all === null) return null;
  const gate = (all + RELATIVE_GATE) * UNITS;
  return meanLoudness(counts.filter(([level]) => level > gate));
}

/** Loudness of the mean energy of blocks. */
function meanLoudness(counts: GatingBlocks['counts']): number | null {
  let [energy, total] = [0, 0];
  for (const [level, count] of counts) {
    energy += count * 10 ** ((level / UNITS - OFFSET) / 10);
    total += count;
  }
  return total === 0 ? null : OFFSET + 10 * Math.log10(energy / total);
}
