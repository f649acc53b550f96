import { z } from 'zod';

/** Silence that is cut off at both ends. */
export interface TrimSilence {
  /** dBFS: samples above it are sound. */
  readonly threshold: number;
  /** Seconds of the silence that stay on each side, if there are as many. */
  readonly keep: number;
}

const THRESHOLD = 'expected -120 to -10 dBFS';
const KEEP = 'expected 0 to 60 s';
const EXPECTED = 'expected an object with threshold in dBFS, keep in seconds, or neither';

/** The option `trimSilence`. */
export const TRIM_SILENCE = z.strictObject(
  {
    threshold: z
      .number({ error: THRESHOLD })
      .min(-120, THRESHOLD)
      .max(-10, THRESHOLD)
      .default(-60)
      .describe('dBFS; a sample of any channel above it is sound. Default -60.'),
    keep: z
      .number({ error: KEEP })
      .min(0, KEEP)
      .max(60, KEEP)
      .default(0)
      .describe('Seconds of the silence that stay at each end, if there are as many. Default 0.'),
  },
  {
    error: ({ code, keys }) =>
      code === 'unrecognized_keys' ? `there is no ${String(keys)}; ${EXPECTED}` : EXPECTED,
  },
);
