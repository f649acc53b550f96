import { z } from '@hono/zod-openapi';

/** Limits that the API shows, in bytes and seconds. */
export const LIMITS = z
  .object({ uploadBytes: z.int(), resultBytes: z.int(), durationSeconds: z.int() })
  .openapi('Limits');

/** Quotas of what a user has; a quota of 0 is no limit. */
export const QUOTAS = z.object({
  openUploads: z.int().openapi({ description: 'Tasks whose original has not come.' }),
  waitingTasks: z.int().openapi({ description: 'Tasks that wait for their conversion.' }),
  storedBytes: z.int().openapi({ description: 'Bytes of originals and results.' }),
  audioMinutes: z.int().openapi({ description: 'Minutes of audio that are converted within a day.' }),
});

export type ShownQuotas = z.output<typeof QUOTAS>;

/** Retention of files in days. */
export const RETENTION = z.object({
  days: z.int().openapi({
    description: 'From the end of the conversion to the removal of the files; 0: they are kept.',
  }),
  maxDays: z.int().openapi({
    description:
      'From the creation of the task, at most; `PATCH /api/tasks/{id}` keeps files longer up to this.',
  }),
});

export type ShownRetention = z.output<typeof RETENTION>;

/** Quotas of a user or an address in a window of time. */
export const RATES = z
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

export type ShownRates = z.output<typeof RATES>;

export type ShownLimits = z.output<typeof LIMITS>;
