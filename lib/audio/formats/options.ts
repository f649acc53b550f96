import { z } from 'zod';
import { AppError, type FieldProblem } from '../../runtime/errors.ts';
import { CHAPTERS } from './chapter-option.ts';
import { AUDIO, WHEN_LOSSY } from './copy-options.ts';
import { ENCODING_NAMES } from './encodings.ts';
import { FIT } from './fit-option.ts';
import type { Format } from './formats.ts';
import { LOUDNESS_TARGET_NAMES, LOUDNESS_TARGETS } from './loudness-targets.ts';
import { METADATA } from './metadata-option.ts';
import { conflicts, describeConflicts } from './option-conflicts.ts';
import { PRESET_NAMES } from './presets.ts';
import { fitOfParts, SPLIT } from './split-option.ts';
import { TRIM_SILENCE } from './trim-silence-option.ts';

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

const TRACKS = 'expected a number of 1 to 1000, or a language by ISO 639 such as spa';

const TRACK = z.union(
  [
    z.int({ error: TRACKS }).min(1, TRACKS).max(1000, TRACKS),
    z.string({ error: TRACKS }).regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, TRACKS),
  ],
  { error: TRACKS },
);

const ENCODINGS =
  'expected a name of the WHATWG Encoding Standard, such as windows-1251, shift_jis, gbk or big5';

const ENCODING = z.string({ error: ENCODINGS }).max(30, ENCODINGS).refine(isEncoding, ENCODINGS);

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

const TARGETS = `expected -50 to -5 LUFS, or one of ${LOUDNESS_TARGET_NAMES.join(', ')}`;

const TARGET = z.union(
  [
    z.number({ error: TARGETS }).min(-50, TARGETS).max(-5, TARGETS),
    z.enum(LOUDNESS_TARGET_NAMES, { error: TARGETS }).transform((name) => LOUDNESS_TARGETS[name]),
  ],
  { error: TARGETS },
);

/** Gains for players in the tags of a result. */
const REPLAY_GAIN = ['keep', 'track', 'album', 'drop'] as const;

/** Contents of a receipt. */
const RECEIPTS = ['hashes', 'loudness'] as const;

/** Options of every format. The plan adapts values that the codec does not support, and the task lists them. */
const COMMON = {
  preset: oneOf(PRESET_NAMES).describe('Sets the options that the request does not set.'),
  sampleRate: whole(8000, 384_000, 'Hz').describe('Hz; the codec uses the next rate that it supports.'),
  channels: whole(1, 8, 'channels').describe(
    'Downmix at the levels of ITU-R BS.775, held at full scale; mono goes to both channels of stereo.',
  ),
  track: TRACK.describe(
    'Sound track of the original: its number from 1, or a language such as spa or es. Default: the one marked default.',
  ),
  start: seconds().describe('Seconds; the result omits everything before, exact to the sample.'),
  end: seconds().describe('Seconds; the result omits everything after, exact to the sample.'),
  trimSilence: TRIM_SILENCE.describe(
    'Leaves out the silence at both ends, within start and end and exact to the sample; never inside.',
  ),
  split: SPLIT.describe(
    'Makes parts, each a result of its own: at the chapters, at the tracks of a CUE sheet, at times in seconds of the original, every so many seconds, so that each has at most maxBytes, or as few as stay within the limit of a fit. Not together with fit and fades.',
  ),
  loudness: z
    .strictObject(
      {
        target: TARGET.describe(
          'LUFS, integrated, by EBU R128; or a name: ebu-r128 -23, atsc-a85 -24, podcast -16, spotify -14, apple -16, replaygain -18.',
        ),
        truePeak: between(-12, 0, 'dBTP')
          .default(-1)
          .describe('dBTP; a limiter holds it if the target would exceed it.'),
        tolerance: between(0, 10, 'LU')
          .optional()
          .describe(
            'LU by which the original may miss the target and keep its level, if its peaks allow. Default 0.',
          ),
        scope: z
          .enum(['track', 'album'], { error: 'expected track or album' })
          .optional()
          .describe(
            'album: one gain for all tasks of the batch that ask for it, which brings them to the target as one sound. Default track.',
          ),
        dualMono: z
          .enum(['yes', 'no'], { error: 'expected yes or no' })
          .optional()
          .describe('yes: measures one channel as the two that play it, which is 3 LU more. Default no.'),
      },
      {
        error:
          'expected target in LUFS, and optionally truePeak in dBTP, tolerance in LU, scope and dualMono',
      },
    )
    .describe('Not together with gain.'),
  gain: between(-60, 60, 'dB').describe('dB. Not together with loudness.'),
  replayGain: oneOf(REPLAY_GAIN).describe(
    'Gains for players in the tags. track: measures the delivered sound; album: its album as well, the tasks of a batch that ask for it; drop: leaves them out. Default keep, as long as the level is unchanged.',
  ),
  fadeIn: seconds().describe('Seconds from the beginning, after trimming.'),
  fadeOut: seconds().describe('Seconds up to the end, after trimming.'),
  metadata: METADATA.describe(
    'Default keep. An object keeps the tags and sets its own: a text, or a list of texts; null or an empty text removes a tag.',
  ),
  clip: oneOf(['warn', 'limit']).describe(
    'Samples beyond full scale, where the format stores integers. Default warn; limit: a limiter holds them.',
  ),
  onDamage: oneOf(['deliver', 'fail']).describe(
    'Default deliver: all that can be decoded, with a warning. fail: a damaged original fails.',
  ),
  audio: oneOf(AUDIO).describe(
    'copy: takes the packets of the original as they are, or fails; trimming then cuts between packets. encode: never copies. Default auto: copies if the format has the codec of the original and no option concerns the sound.',
  ),
  whenLossy: oneOf(WHEN_LOSSY).describe(
    'For a lossy original whose result would be encoded by a lossy codec again. copy: takes its packets if the format can hold them, and else fails; refuse: fails. Default encode.',
  ),
  tagEncoding: ENCODING.describe(
    'Encoding of tags that the original stores as Latin-1, by its WHATWG name. Default: detected where the evidence is clear.',
  ),
  receipt: oneOf(RECEIPTS).describe(
    'hashes: hashes of both files and of their decoded samples, which takes a further decoding of each. loudness: measures the delivered bytes as well. Default: no receipt.',
  ),
  coverArt: oneOf(['keep', 'strip']).describe('Default keep, if the container has a place for it.'),
  chapters: CHAPTERS.describe(
    'Default keep, if the container has a place for them. A list replaces them; its times are those of the original.',
  ),
};

/** The option `preset` as JSON Schema. */
const PRESET_SCHEMA = {
  description:
    'A built-in preset, or a saved one by its name; sets the options that the request does not set.',
  anyOf: [{ type: 'string', enum: PRESET_NAMES }, { type: 'string' }],
};

/** Every option of any format. */
const ALL = z
  .object({
    ...COMMON,
    bitrate: z.int(),
    fit: FIT,
    quality: z.number(),
    bitDepth: z.literal([8, 16, 24, 32, 64]),
    encoding: z.enum(ENCODING_NAMES),
    compressionLevel: z.int(),
  })
  .partial();

const CHECKED = ALL.superRefine((options, { addIssue }) => {
  for (const [path, message] of conflicts(options)) addIssue({ code: 'custom', path: [path], message });
});

export type Options = Readonly<z.output<typeof ALL>>;

/** Schemas by format: to make one takes a third of a millisecond of CPU time. */
const SCHEMAS = new WeakMap<Format, z.ZodType<Options>>();

function schemaOf(format: Format): z.ZodType<Options> {
  const schema = SCHEMAS.get(format) ?? optionsSchema(format);
  SCHEMAS.set(format, schema);
  return schema;
}

/** Schema of the options of one format, from the abilities of its codec. */
function optionsSchema(format: Format): z.ZodType<Options> {
  const shape: Record<string, z.ZodType> = {
    ...COMMON,
    ...rateOptions(format),
    ...depthOption(format),
    ...encodingOption(format),
    ...effortOption(format),
  };
  const allowed = `${format.name} takes ${Object.keys(shape).join(', ')}`;
  const error = ({ code, keys }: { code: string; keys?: unknown }) =>
    code === 'unrecognized_keys' ? `there is no ${listed(keys)}; ${allowed}` : 'expected an object';
  return z
    .strictObject(shape, { error })
    .partial()
    .pipe(CHECKED)
    .superRefine(({ split }, { addIssue }) => {
      if (!fitOfParts(split) || format.codec.bitrates) return;
      addIssue({
        code: 'custom',
        path: ['split'],
        message: `expected no fit for ${format.name}, which has no bitrate`,
      });
    });
}

/** The first names of a list from outside, in quotes. */
function listed(names: unknown): string {
  const texts = Array.isArray(names) ? names.slice(0, 3).map(String) : [];
  return texts.map((name) => JSON.stringify(name.slice(0, 20))).join(' or ');
}

/**
 * The options as JSON Schema, for `GET /api/formats`, with the combinations that are refused. A request may name a saved
 * preset, too.
 */
export function describeOptions(format: Format): Record<string, unknown> {
  const { properties, ...schema } = z.toJSONSchema(schemaOf(format), { io: 'input' });
  const not = { anyOf: describeConflicts(Object.keys(properties ?? {})) };
  return { ...schema, properties: { ...properties, preset: PRESET_SCHEMA }, not };
}

/** Every option of any format as JSON Schema, without the limits that depend on the format. */
export function describeAnyOptions(): Record<string, unknown> {
  const { properties, ...schema } = z.toJSONSchema(ALL, { io: 'input' });
  return { ...schema, properties: { ...properties, preset: PRESET_SCHEMA } };
}

/** Reads options from outside. Throws `invalid_request`, which names the allowed values. */
export function parseOptions(format: Format, raw: unknown): Options {
  const parsed = schemaOf(format).safeParse(raw);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }): FieldProblem => {
    return { path: ['options', ...path].join('.'), message };
  });
  const sentence = details.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new AppError('invalid_request', `The options are not valid. ${sentence}.`, { details });
}

/** Options of a request together with those of its saved preset, which give way where both can't be met. */
export function withSavedOptions(saved: Options, own: Options): Options {
  const most = conflicts(own).length;
  const fitting = Object.entries(saved).filter(([name, value]) => {
    return Object.hasOwn(own, name) || conflicts({ ...own, [name]: value }).length <= most;
  });
  return { ...Object.fromEntries(fitting), ...own };
}

function rateOptions({ codec: { bitrates } }: Format) {
  if (!bitrates) return {};
  const bitrate = whole(bitrates.least, bitrates.most, 'bits a second').describe(
    'Constant bitrate in bits a second; the codec uses the nearest that it supports for the sample rate and channels.',
  );
  const fit = FIT.describe(
    'Chooses bitrate, sample rate and channels so that the result stays within maxBytes; or a name: speech-25mb, chat-10mb, messenger-16mb. Not together with bitrate or quality.',
  );
  if (!bitrates.variable) return { bitrate, fit };
  const quality = between(0, 10, '').describe(
    'Variable bitrate: 0 is the smallest, 10 the best. Not together with bitrate.',
  );
  return { bitrate, fit, quality };
}

function depthOption({ codec: { encoders } }: Format) {
  const depths = new Set(encoders.flatMap(({ depth }) => (depth ? [depth.bits] : [])));
  if (depths.size === 0) return {};
  const allowed = [...depths].sort((one, other) => one - other);
  const error = `expected one of ${allowed.join(', ')}`;
  const bitDepth = z.literal(allowed, { error }).describe(depthText(encoders));
  return { bitDepth };
}

function depthText(encoders: Format['codec']['encoders']): string {
  const floats = new Set(encoders.flatMap(({ depth }) => (depth?.float ? [depth.bits] : [])));
  const which =
    floats.size > 0 ? ` ${[...floats].join(' and ')} mean floating point, if encoding is not pcm.` : '';
  return `Bits a sample.${which} Default: like the original.`;
}

function encodingOption({ encodings }: Format) {
  if (!encodings) return {};
  const allowed = ENCODING_NAMES.filter((name) => encodings[name]);
  const encoding = oneOf(allowed).describe(
    'pcm: integers; float: floating point; mulaw, alaw: G.711; adpcm_ima, adpcm_ms: four bits a sample. Default: PCM like the original.',
  );
  return { encoding };
}

function effortOption({ codec: { compression } }: Format) {
  if (!compression) return {};
  const level = whole(0, compression.most, '').describe(
    '0 is the fastest; the highest gives the smallest file, or the best sound for its size.',
  );
  return { compressionLevel: level };
}
