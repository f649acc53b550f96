import { z } from 'zod';

/** Highest sizes of files by name, in bytes; where a source says MB, the smaller reading. */
const FIT_LIMITS = {
  /** OpenAI, "Speech to text": file uploads are limited to 25 MB. */
  'speech-25mb': { maxBytes: 25_000_000, sound: 'speech' },
  /** Discord, "File Attachments FAQ": 10 MB for accounts without a subscription. */
  'chat-10mb': { maxBytes: 10_000_000 },
  /** WhatsApp Business Platform, Cloud API, "Media": audio of up to 16 MB. */
  'messenger-16mb': { maxBytes: 16_000_000 },
} as const satisfies Record<string, Fit>;

export interface Fit {
  /** The result has at most as many bytes. */
  readonly maxBytes: number;
  /** speech: one channel of at most 24000 Hz, as recognition of speech takes it. */
  readonly sound?: 'speech' | undefined;
}

const NAMES = ['speech-25mb', 'chat-10mb', 'messenger-16mb'] as const satisfies (keyof typeof FIT_LIMITS)[];

const BYTES = 'expected a whole number of 1000 to 100000000000 bytes';

const EXPECTED = `expected maxBytes, or one of ${NAMES.join(', ')}`;

/** The option `fit`; a name becomes what it stands for. */
export const FIT = z.union(
  [
    z.strictObject(
      {
        maxBytes: z.int({ error: BYTES }).min(1000, BYTES).max(100_000_000_000, BYTES),
        sound: z.literal('speech', { error: 'expected speech' }).optional(),
      },
      {
        error: ({ code, keys }) =>
          code === 'unrecognized_keys' ? `there is no ${String(keys)}; ${EXPECTED}` : EXPECTED,
      },
    ),
    z.enum(NAMES, { error: EXPECTED }).transform((name): Fit => FIT_LIMITS[name]),
  ],
  {
    error: ({ input }) =>
      typeof input === 'object' && input !== null && 'maxBytes' in input ? `${BYTES}; ${EXPECTED}` : EXPECTED,
  },
);
