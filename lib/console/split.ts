import { secondsOf } from './quantities.ts';

/** Ways to split an original; `own` is the CUE sheet in the file. */
export const SPLIT_WAYS = ['chapters', 'own', 'cue', 'at', 'every', 'maxBytes', 'fit'] as const;

export type SplitWay = (typeof SPLIT_WAYS)[number];

/** The option `split` as an object. */
export interface Split {
  chapters?: true;
  cue?: unknown;
  at?: readonly number[];
  every?: number;
  maxBytes?: number;
  /** A name, or an object with `maxBytes`. */
  fit?: unknown;
  name?: string;
}

/** @param value the option as the service takes it */
export function splitOf(value: unknown): Split {
  if (value === 'chapters') return { chapters: true };
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function wayOf(split: Split): SplitWay | undefined {
  if (split.cue === true) return 'own';
  return SPLIT_WAYS.find((way) => way !== 'own' && split[way] !== undefined);
}

/** A way with its first value: parts of ten minutes, of ten megabytes. */
export function firstOf(way: SplitWay, name: string | undefined): Split {
  return { ...FIRST[way], ...(name !== undefined && { name }) };
}

const FIRST: Readonly<Record<SplitWay, Split>> = {
  chapters: { chapters: true },
  own: { cue: true },
  cue: { cue: '' },
  at: { at: [600] },
  every: { every: 600 },
  maxBytes: { maxBytes: 10_000_000 },
  fit: { fit: { maxBytes: 10_000_000 } },
};

/** Bytes of a limit; undefined for a limit by its name. */
export function bytesOfFit(fit: unknown): number | undefined {
  const isObject = typeof fit === 'object' && fit !== null && 'maxBytes' in fit;
  return isObject ? Number(fit.maxBytes) : undefined;
}

/** Times that are typed with spaces, semicolons, or commas and spaces between. A text that is no time is none. */
export function secondsIn(text: string): number[] {
  return text.split(/;|,\s|\s/).flatMap((part) => secondsOf(part) ?? []);
}

/** The bytes of a file, for JSON. Rejects if it cannot be read. */
export function base64Of(file: Blob): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
  return promise;
}
