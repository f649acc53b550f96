import { HTTP } from 'cloudevents';
import { z } from 'zod';
import { AppError } from './errors.ts';
import type { Bell } from './ports.ts';

const NUMBER = z.coerce.number().int().min(1);
const BELL = z.object({ taskId: NUMBER, revision: NUMBER });

/** The body of a Pub/Sub push request, which is also the data of its CloudEvent. */
const PUSH = z.object({
  message: z.object({
    data: z.base64().optional(),
    attributes: z.record(z.string(), z.string()).optional(),
  }),
});

/**
 * Reads a bell from an event as Eventarc, Pub/Sub push and the emulators send it: CloudEvents in binary or structured
 * mode, or the raw push body; the bell itself as the message's JSON data or, without data, as its attributes.
 * Throws `invalid_request`.
 */
export function decodeBell(headers: Headers, body: string): Bell {
  try {
    const push = PUSH.parse(isCloudEvent(headers) ? cloudEventData(headers, body) : JSON.parse(body));
    const { data, attributes } = push.message;
    return BELL.parse(data ? JSON.parse(Buffer.from(data, 'base64').toString()) : attributes);
  } catch (cause) {
    const sentence = 'Expected a Pub/Sub message whose data or attributes are {taskId, revision}.';
    throw new AppError('invalid_request', sentence, { cause });
  }
}

function isCloudEvent(headers: Headers): boolean {
  return headers.has('ce-id') || /^application\/cloudevents/i.test(headers.get('content-type') ?? '');
}

function cloudEventData(headers: Headers, body: string): unknown {
  const event = HTTP.toEvent({ headers: Object.fromEntries(headers), body });
  if (Array.isArray(event)) throw new TypeError('a batch of events came where one was expected');
  return event.data;
}
