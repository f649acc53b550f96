import { z } from 'zod';
import { BadCueSheet, cueText, readCueSheet } from '../media/cue-sheet.ts';
import { FIT, type Fit } from './fit-option.ts';

/** Maximum number of parts of one original. */
export const MOST_PARTS = 999;

/** Characters of a CUE sheet. */
const LONGEST_CUE = 200_000;

/** Seconds; the limit on the duration of an original is separate. */
const LONGEST = 1_000_000;

const EXPECTED =
  'expected "chapters", or one of {"chapters": true}, {"cue": text or true}, {"at": [seconds]}, {"every": seconds}, {"maxBytes": bytes}, {"fit": as the option fit}, each with an optional name';

const PATTERN = 'expected a file name of up to 200 characters with {number}, such as "{number} {title}"';

const name = z
  .string({ error: PATTERN })
  .max(200, PATTERN)
  .regex(/\{number\}/, PATTERN)
  .refine((pattern) => !pattern.includes('\0'), PATTERN)
  .optional()
  .describe(
    'Names of the parts, without the extension: {number}, {total}, {title}, {artist}, {album}, and {name} of the original. Default: "{number} {title}" where there are titles, or else "{name} {number}".',
  );

const SHEET = 'expected true for the CUE sheet in the file, the text of one, or {"base64": its bytes}';

/** A sheet that can be followed; the text is kept as it is. */
const sheet = z
  .string({ error: SHEET })
  .min(1, SHEET)
  .max(LONGEST_CUE, `expected a CUE sheet of up to ${LONGEST_CUE} characters`)
  .superRefine((text, { addIssue }) => {
    const message = reasonAgainst(text);
    if (message !== undefined) addIssue({ code: 'custom', message });
  })
  .transform((text) => text.toWellFormed());

const BASE64 = z
  .string({ error: SHEET })
  .max(LONGEST_CUE * 3, SHEET)
  .regex(/^[A-Za-z0-9+/]+={0,2}$/, SHEET);

const bytes = z
  .strictObject({ base64: BASE64 }, { error: SHEET })
  .transform(({ base64 }) => cueText(Buffer.from(base64, 'base64')))
  .pipe(sheet);

function reasonAgainst(text: string): string | undefined {
  if (text.includes('\0')) return SHEET;
  try {
    readCueSheet(text);
    return undefined;
  } catch (error) {
    if (error instanceof BadCueSheet) return error.message;
    throw error;
  }
}

const TIMES = `expected 1 to ${MOST_PARTS - 1} rising times in seconds, each more than 0 and up to ${LONGEST}`;

const at = z
  .array(z.number({ error: TIMES }).gt(0, TIMES).max(LONGEST, TIMES), { error: TIMES })
  .min(1, TIMES)
  .max(MOST_PARTS - 1, TIMES)
  .superRefine((times, { addIssue }) => {
    const index = times.findIndex((time, one) => one > 0 && time <= (times[one - 1] ?? 0));
    if (index > 0)
      addIssue({
        code: 'custom',
        path: [index],
        message: `expected more than ${times[index - 1]}, the time before: ${TIMES}`,
      });
  });

const EVERY = `expected 0.1 to ${LONGEST} s`;
const BYTES = 'expected a whole number of 10000 to 100000000000 bytes';

/** One way to split each. */
const WAYS = {
  chapters: z.strictObject({ chapters: z.literal(true, { error: 'expected true' }), name }, { error }),
  cue: z.strictObject(
    { cue: z.union([z.literal(true), sheet, bytes], { error: cueError }), name },
    { error },
  ),
  at: z.strictObject({ at, name }, { error }),
  every: z.strictObject(
    { every: z.number({ error: EVERY }).min(0.1, EVERY).max(LONGEST, EVERY), name },
    { error },
  ),
  maxBytes: z.strictObject(
    { maxBytes: z.int({ error: BYTES }).min(10_000, BYTES).max(100_000_000_000, BYTES), name },
    { error },
  ),
  fit: z.strictObject({ fit: FIT, name }, { error }),
} as const;

/** The option `split`. The bytes of a CUE sheet become its text. */
export const SPLIT = z.union([z.literal('chapters'), ...Object.values(WAYS)], {
  error: ({ input }) => problemOf(input),
});

export type Split = Readonly<z.output<typeof SPLIT>>;

/** The limit of each part, where the option asks for as few parts as are intelligible within it. */
export function fitOfParts(split: Split | undefined): Fit | undefined {
  return typeof split === 'object' && 'fit' in split ? split.fit : undefined;
}

/** A union itself says only that no member fits. */
function problemOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return EXPECTED;
  const ways = Object.entries(WAYS).filter(([way]) => Object.hasOwn(input, way));
  const [first] = ways;
  if (ways.length !== 1 || !first) return EXPECTED;
  const [issue] = first[1].safeParse(input).error?.issues ?? [];
  return issue
    ? `${[first[0]].filter((way) => issue.path[0] === way).join()} ${issue.message}`.trim()
    : EXPECTED;
}

function cueError({ input }: { input?: unknown }): string {
  if (typeof input === 'string') return sheet.safeParse(input).error?.issues[0]?.message ?? SHEET;
  if (typeof input === 'object') return bytes.safeParse(input).error?.issues[0]?.message ?? SHEET;
  return SHEET;
}

function error({ code, keys }: { code: string; keys?: unknown }): string {
  return code === 'unrecognized_keys' ? `there is no ${String(keys).slice(0, 30)}; ${EXPECTED}` : EXPECTED;
}
