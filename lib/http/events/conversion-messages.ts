import type { Conversions } from '../../conversions/conversion.ts';
import type { Housekeeping } from '../../ports/housekeeping.ts';
import { CONVERSION_MESSAGE, type ConversionMessage } from '../../ports/queue.ts';
import { AppError } from '../../runtime/errors.ts';
import type { Router } from '../router.ts';
import type { InternalCallers } from '../service-auth.ts';
import { decodeCloudEvent, parseBase64, pushedMessage } from './decode.ts';
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

/**
 * Reads a message from an event of Eventarc, Pub/Sub push or the emulators: a CloudEvent in binary or structured mode,
 * or the raw push body. The JSON data contains the conversion message or, without data, the attributes do.
 * Throws `invalid_request`.
 */
async function decodeConversionMessage(headers: Headers, body: string): Promise<ConversionMessage> {
  try {
    const event = await decodeCloudEvent(headers, body);
    const { data, attributes } = pushedMessage(event, body);
    const { traceparent } = attributes ?? {};
    return { ...CONVERSION_MESSAGE.parse(data ? parseBase64(data) : attributes), traceparent };
  } catch (cause) {
    const sentence = 'Expected a Pub/Sub message whose data or attributes are {taskId, revision}.';
    throw new AppError('invalid_request', sentence, { cause });
  }
}
