import type { Conversions } from '../../conversions/conversion.ts';
import type { Housekeeping } from '../../ports/housekeeping.ts';
import { CONVERSION_MESSAGE, type ConversionMessage } from '../../ports/queue.ts';
import type { Router } from '../router.ts';
import type { InternalCallers } from '../service-auth.ts';
import { decodeMessage } from './decode.ts';
import { eventRoute } from './event-route.ts';

/** Converts the task of a message. 2xx acknowledges the message; Pub/Sub delivers it again after 429 and 5xx. */
export function convertRoute(callers: InternalCallers, conversions: Pick<Conversions, 'handle'>): Router {
  return eventRoute(callers, decodeConversionMessage, async (message, c) => {
    const outcome = await conversions.handle(message);
    return c.body(null, outcome === 'done' ? 204 : 429);
  });
}

/**
 * Handles a message that was delivered too often. Its task fails only if its own attempts are used up; otherwise the
 * sweep enqueues a new message.
 */
export function deadLetterRoute(
  callers: InternalCallers,
  housekeeping: Pick<Housekeeping, 'giveUp'>,
): Router {
  return eventRoute(callers, decodeConversionMessage, async (message, c) => {
    const failed = (await housekeeping.giveUp(message.taskId)) > 0;
    callers.log.warn('A message was delivered too often', { ...message, failed });
    return c.body(null, 204);
  });
}

/** Throws `invalid_request`. */
async function decodeConversionMessage(headers: Headers, body: string): Promise<ConversionMessage> {
  const sentence = 'Expected a Pub/Sub message whose data or attributes are {taskId, revision}.';
  const { message, attributes } = await decodeMessage(headers, body, CONVERSION_MESSAGE, sentence);
  return { ...message, traceparent: attributes?.traceparent };
}
