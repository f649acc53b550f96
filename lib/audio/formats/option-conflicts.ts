import { copyConflicts, describeCopyConflicts } from './copy-options.ts';
import { DEPTHS, ENCODING_NAMES, type EncodingName } from './encodings.ts';

type Options = Parameters<typeof copyConflicts>[0] & {
  readonly fit?: unknown;
  readonly split?: unknown;
  readonly bitrate?: unknown;
  readonly quality?: unknown;
  readonly replayGain?: string | undefined;
  readonly loudness?: { readonly scope?: string | undefined } | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly bitDepth?: number | undefined;
  readonly encoding?: EncodingName | undefined;
};

/** JSON Schema of options that are refused. */
type Refused = Readonly<Record<string, unknown>>;

/** Options of which a request may have one. */
const EITHER = [
  ['bitrate', 'quality'],
  ['fit', 'bitrate'],
  ['fit', 'quality'],
  ['loudness', 'gain'],
  ['split', 'fit'],
  ['split', 'fadeIn'],
  ['split', 'fadeOut'],
] as const;

/** Options that contradict others, with the reason. */
export function conflicts(options: Options): [keyof Options, string][] {
  const { start = 0, end } = options;
  const found: [keyof Options, string][] = [
    ...depthConflicts(options),
    ...copyConflicts(options),
    ...albumConflicts(options),
    ...rateConflicts(options),
  ];
  for (const [one, other] of EITHER)
    if (options[one] !== undefined && options[other] !== undefined)
      found.push([other, `expected ${one} or ${other}, not both`]);
  if (end !== undefined && end <= start) found.push(['end', 'expected more than start']);
  return found;
}

/**
 * The same conflicts as JSON Schema, but for an end before the start: JSON Schema compares no values.
 * @param names options of the format
 */
export function describeConflicts(names: readonly string[]): Refused[] {
  const pairs = EITHER.filter((pair) => pair.every((name) => names.includes(name)));
  return [
    ...pairs.map((pair) => ({ required: pair })),
    { required: ['end'], properties: { end: { const: 0 } } },
    ...(names.includes('encoding') ? ENCODING_NAMES.map(refusedDepths) : []),
    ...describeCopyConflicts(names),
    ...(names.includes('split') ? OF_ALBUM.map((properties) => refusedWithSplit(properties)) : []),
    ...RATES.filter((name) => names.includes(name)).map((name) => ({
      required: ['split', name],
      properties: { split: { type: 'object', required: ['fit'] } },
    })),
  ];
}

/** Options that ask for an album, which the parts of one original are not. */
const OF_ALBUM = [
  { replayGain: { const: 'album' } },
  { loudness: { required: ['scope'], properties: { scope: { const: 'album' } } } },
];

function albumConflicts({ split, replayGain, loudness }: Options): [keyof Options, string][] {
  if (split === undefined || (replayGain !== 'album' && loudness?.scope !== 'album')) return [];
  return [['split', 'expected split or an album, not both: parts have the one gain of their original']];
}

/** Options that parts which have to fit choose themselves. */
const RATES = ['bitrate', 'quality'] as const;

function rateConflicts(options: Options): [keyof Options, string][] {
  const { split } = options;
  if (typeof split !== 'object' || split === null || !('fit' in split)) return [];
  const set = RATES.filter((name) => options[name] !== undefined);
  return set.map((name) => [name, `expected split.fit or ${name}, not both`]);
}

function refusedWithSplit(properties: Refused): Refused {
  return { required: ['split', ...Object.keys(properties)], properties };
}

function depthConflicts({ encoding, bitDepth }: Options): [keyof Options, string][] {
  if (encoding === undefined || bitDepth === undefined) return [];
  const depths = DEPTHS[encoding];
  if (depths?.includes(bitDepth)) return [];
  const expected = depths ? `${depths.join(' or ')} with` : 'no bitDepth with';
  return [['bitDepth', `expected ${expected} the encoding ${encoding}`]];
}

function refusedDepths(encoding: EncodingName): Refused {
  const depths = DEPTHS[encoding];
  const bitDepth = depths ? { not: { enum: depths } } : {};
  return { required: ['encoding', 'bitDepth'], properties: { encoding: { const: encoding }, bitDepth } };
}
