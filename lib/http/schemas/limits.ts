import { z } from '@hono/zod-openapi';

/** Limits that the API shows, in bytes and seconds. */
export const LIMITS = z
  .object({ uploadBytes: z.int(), resultBytes: z.int(), durationSeconds: z.int() })
  .openapi('Limits');

/** Quotas of what a user has; a quota of 0 is no limit. */
const QUOTAS = z.object({
  openUploads: z.int().openapi({ description: 'Tasks whose original has not come.' }),
  waitingTasks: z.int().openapi({ description: 'Tasks that wait for their conversion.' }),
  runningTasks: z.int().openapi({ description: 'Tasks that are converted at one time.' }),
  storedBytes: z.int().openapi({ description: 'Bytes of originals and results.' }),
  audioMinutes: z.int().openapi({ description: 'Minutes of audio that are converted within a day.' }),
});

/** Retention of files in days. */
const RETENTION = z.object({
  days: z.int().openapi({
    description: 'From the end of the conversion to the removal of the files; 0: they are kept.',
  }),
  maxDays: z.int().openapi({
    description:
      'From the creation of the task, at most; `PATCH /api/tasks/{id}` keeps files longer up to this.',
  }),
});

/** Quotas of a user or an address in a window of time. */
const RATES = z
  .array(
    z.object({
      policy: z
        .string()
        .openapi({ description: 'Its name, as in `RateLimit-Policy` and `violated-policies`.' }),
      quota: z.int(),
      seconds: z.int().openapi({ description: 'Length of the window.' }),
    }),
  )
  .openapi({
    description: 'Requests of a user and from an address, wrong passwords and new accounts from an address.',
  });

/** Limits of an account. */
export const ACCOUNT_LIMITS = LIMITS.extend({
  formats: z.array(z.string()).nullable().openapi({ description: 'Allowed output formats; null: all.' }),
  quotas: QUOTAS,
  rates: RATES,
  retention: RETENTION,
}).openapi('AccountLimits');

export type AccountLimits = z.output<typeof ACCOUNT_LIMITS>;

const count = (most: number) => {
  const message = `expected a whole number from 0 to ${most}`;
  return z.int(message).min(0, message).max(most, message).optional();
};

const size = (most: number) => {
  const message = `expected a whole number from 1 to ${most}`;
  return z.int(message).min(1, message).max(most, message).optional();
};

const FORMAT_NAME = z.string().regex(/^[a-z0-9]{1,10}$/, 'expected the name of a format, such as mp3');

/** Limits that an administrator sets in place of those of the service. */
export const LIMIT_OVERRIDES = z
  .strictObject({
    requests: count(1_000_000_000).openapi({ description: 'Requests in a minute; 0 is no limit.' }),
    openUploads: count(1_000_000_000),
    waitingTasks: count(1_000_000_000),
    runningTasks: count(1_000_000_000),
    storedBytes: count(Number.MAX_SAFE_INTEGER),
    audioMinutes: count(10_000_000),
    uploadBytes: size(Number.MAX_SAFE_INTEGER).openapi({ description: 'Largest original in bytes.' }),
    durationSeconds: size(604_800).openapi({ description: 'Longest original in seconds.' }),
    retentionDays: size(36_500).openapi({
      description: 'Days for which files are kept, in a service that removes files; at most its `maxDays`.',
    }),
    formats: z
      .array(FORMAT_NAME)
      .min(1, 'expected a format')
      .max(100, 'expected at most 100 formats')
      .nullable()
      .optional()
      .openapi({ description: 'Allowed output formats; null: all.' }),
  })
  .openapi('LimitOverrides', {
    description:
      'Limits in place of those of the group and of the service; those that are absent are inherited. A larger file or a longer original than the service itself allows stays refused.',
  });

export type ShownLimits = z.output<typeof LIMITS>;
