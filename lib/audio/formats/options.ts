import { z } from 'zod';
import { AppError, type FieldProblem } from '../../runtime/errors.ts';
import type { Format } from './formats.ts';
import { PRESET_NAMES } from './presets.ts';

/** Tags that a task can set. Every container with tags stores them all, except au, which stores few. */
export const TAG_NAMES = [
  'title',
  'artist',
  'album',
  'album_artist',
  'track',
  'disc',
  'date',
  'genre',
  'comment',
  'composer',
  'lyrics',
  'copyright',
] as const;

export type TagName = (typeof TAG_NAMES)[number];

const between = (least: number, most: number, unit: string) => {
  const error = `expected ${least} to ${most} ${unit}`.trimEnd();
  return z.number({ error }).min(least, error).max(most, error);
};

const whole = (least: number, most: number, unit: string) => {
  const error = `expected a whole number of ${least} to ${most} ${unit}`.trimEnd();
  return z.int({ error }).min(least, error).max(most, error);
};

const oneOf = <const T extends readonly string[]>(names: T) =>
  z.enum(names, { error: `expected one of ${names.join(', ')}` });

/** Up to 12 hours; the limit on the duration of an original is separate. */
const seconds = () => between(0, 43_200, 's');

const TAGS = `expected keep, strip, or an object of texts of up to 10000 characters by ${TAG_NAMES.join(', ')}`;

/** Refuses NUL, which an argument of a program cannot contain. */
const text = z
  .string({ error: TAGS })
  .max(10_000, TAGS)
  .regex(/^[^\0]*$/, TAGS)
  .transform((value) => value.toWellFormed());

const METADATA = z.union(
  [z.enum(['keep', 'strip']), z.partialRecord(z.enum(TAG_NAMES, { error: TAGS }), text, { error: TAGS })],
  { error: TAGS },
);

/** Options of every format. The plan adapts values that the codec does not support, and the task lists them. */
const COMMON = {
  preset: oneOf(PRESET_NAMES).describe('Sets the options that the request does not set.'),
  sampleRate: whole(8000, 384_000, 'Hz').describe('Hz; the codec uses the next rate that it supports.'),
  channels: whole(1, 8, 'channels').describe(
    'ITU-R BS.775 downmix without clipping; mono goes to both channels of stereo.',
  ),
  start: seconds().describe('Seconds; the result omits everything before, exact to the sample.'),
  end: seconds().describe('Seconds; the result omits everything after, exact to the sample.'),
  loudness: z
    .strictObject(
      {
        target: between(-50, -5, 'LUFS').describe('LUFS, integrated, by EBU R128.'),
        truePeak: between(-12, 0, 'dBTP')
          .default(-1)
          .describe('dBTP; a limiter holds it if the target would exceed it.'),
      },
      { error: 'expected target in LUFS and optionally truePeak in dBTP' },
    )
    .describe('Not together with gain.'),
  gain: between(-60, 60, 'dB').describe('dB. Not together with loudness.'),
  fadeIn: seconds().describe('Seconds from the beginning, after trimming.'),
  fadeOut: seconds().describe('Seconds up to the end, after trimming.'),
  metadata: METADATA.describe(
    'Default keep. An object keeps the tags and sets its own; an empty text removes a tag.',
  ),
  coverArt: oneOf(['keep', 'strip']).describe('Default keep, if the container has a place for it.'),
};

/** Every option of any format. */
const ALL = z
  .object({
    ...COMMON,
    bitrate: z.int(),
    quality: z.number(),
    bitDepth: z.literal([16, 24, 32]),
    compressionLevel: z.int(),
  })
  .partial();

const CHECKED = ALL.superRefine((options, { addIssue }) => {
  for (const [path, message] of conflicts(options)) addIssue({ code: 'custom', path: [path], message });
});

export type Options = Readonly<z.output<typeof ALL>>;

/** Schema of the options of one format, from the abilities of its codec. */
function optionsSchema(format: Format): z.ZodType<Options> {
  const shape: Record<string, z.ZodType> = {
    ...COMMON,
    ...rateOptions(format),
    ...depthOption(format),
    ...effortOption(format),
  };
  const allowed = `${format.name} takes ${Object.keys(shape).join(', ')}`;
  const error = ({ code }: { code: string }) =>
    code === 'unrecognized_keys' ? allowed : 'expected an object';
  return z.strictObject(shape, { error }).partial().pipe(CHECKED);
}

/** The options as JSON Schema, for `GET /api/formats`. */
export function describeOptions(format: Format): Record<string, unknown> {
  return z.toJSONSchema(optionsSchema(format), { io: 'input' });
}

/** Reads options from outside. Throws `invalid_request`, which names the allowed values. */
export function parseOptions(format: Format, raw: unknown): Options {
  const parsed = optionsSchema(format).safeParse(raw);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }): FieldProblem => {
    return { path: ['options', ...path].join('.'), message };
  });
  const sentence = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new AppError('invalid_request', `The options are not valid. ${sentence}.`, { details });
}

function rateOptions({ codec: { bitrates } }: Format) {
  if (!bitrates) return {};
  const bitrate = whole(bitrates.least, bitrates.most, 'bits a second').describe(
    'Constant bitrate in bits a second; the codec uses the nearest that it supports for the sample rate and channels.',
  );
  if (!bitrates.variable) return { bitrate };
  const quality = between(0, 10, '').describe(
    'Variable bitrate: 0 is the smallest, 10 the best. Not together with bitrate.',
  );
  return { bitrate, quality };
}

function depthOption({ codec: { encoders } }: Format) {
  const allowed = new Set(encoders.flatMap(({ depth }) => (depth ? [depth.bits] : [])));
  if (allowed.size === 0) return {};
  const error = `expected one of ${[...allowed].join(', ')}`;
  const bitDepth = z
    .literal([...allowed], { error })
    .describe('Bits a sample; 32 is floating point. Default: like the original.');
  return { bitDepth };
}

function effortOption({ codec: { compression } }: Format) {
  if (!compression) return {};
  const level = whole(0, compression.most, '').describe(
    '0 is the fastest; the highest gives the smallest file, or the best sound for its size.',
  );
  return { compressionLevel: level };
}

function conflicts({ bitrate, quality, gain, loudness, start, end }: Options): [keyof Options, string][] {
  const found: [keyof Options, string][] = [];
  if (bitrate !== undefined && quality !== undefined)
    found.push(['quality', 'expected bitrate or quality, not both']);
  if (gain !== undefined && loudness !== undefined)
    found.push(['gain', 'expected loudness or gain, not both']);
  if (end !== undefined && end <= (start ?? 0)) found.push(['end', 'expected more than start']);
  return found;
}
