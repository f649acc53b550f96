import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { wholeNumber } from '../../runtime/whole-number.ts';
import type { RouterEnv } from '../bearer-auth.ts';
import { textHeader } from '../schemas/responses.ts';

/** Maximum seconds that a request waits for a task. */
const MOST_SECONDS = 60;

/** Query of a route that can wait until something has ended. */
function waitUntil(end: string) {
  return z.object({
    wait: wholeNumber(0, MOST_SECONDS, `expected seconds from 0 to ${MOST_SECONDS}`)
      .optional()
      .openapi({
        type: 'integer',
        minimum: 0,
        maximum: MOST_SECONDS,
        description: `Seconds to wait until ${end}. \`Prefer: wait=30\` does the same.`,
        example: 30,
      }),
  });
}

/** Query of a route that can wait for a task. */
export const WAIT = waitUntil('the task is PROCESSED, FAILED or EXPIRED');

/** Query of a route that can wait for a batch. */
export const BATCH_WAIT = waitUntil('all tasks of the batch have ended');

/** Header of a request that can wait (RFC 7240). */
export const PREFER = z.object({
  prefer: z
    .string()
    .optional()
    .openapi({ description: '`wait=30`, and `respond-async` of `convert`.', example: 'wait=30' }),
});

/** Header of an answer to such a request. */
export const PREFERENCE = { 'Preference-Applied': textHeader('The preferences that were met.') };

/** Whether the client prefers an answer at once to one that takes time (RFC 7240, 4.1). */
export function prefersAsync(c: Context<RouterEnv>): boolean {
  return /(?:^|[,;])\s*respond-async\s*(?:$|[,;])/i.test(c.req.header('Prefer') ?? '');
}

/** Seconds of `Prefer: wait=N` (RFC 7240, 4.3), as far as the service allows; undefined without it. */
function preferredWait(prefer: string | undefined): number | undefined {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(prefer ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), MOST_SECONDS);
}

/**
 * Waits until a task or a batch ends, the time is over, or the client is gone.
 * @param settled resolves at the end; at once if there is nothing to wait for
 * @param seconds of the query; undefined: those of the header Prefer
 * @param standard seconds if neither says any
 */
export async function waitForEnd(
  c: Context<RouterEnv>,
  settled: (signal: AbortSignal) => Promise<void>,
  seconds: number | undefined,
  standard = 0,
): Promise<void> {
  const preferred = preferredWait(c.req.header('Prefer'));
  const used = seconds ?? preferred ?? standard;
  if (seconds === undefined && preferred !== undefined) c.header('Preference-Applied', `wait=${used}`);
  if (used === 0) return;
  const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(used * 1000)]);
  await settled(signal);
}
