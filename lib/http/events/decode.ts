import type { CloudEventV1 as CloudEvent } from 'cloudevents';
import { z } from 'zod';
import { AppError } from '../../runtime/errors.ts';

/** The body of a Pub/Sub push request, which is also the data of its CloudEvent. */
const PUSH = z.object({
  message: z.object({
    data: z.base64().optional(),
    attributes: z.record(z.string(), z.string()).optional(),
  }),
});

export type PushedMessage = z.output<typeof PUSH>['message'];

/** The message of a Pub/Sub push request: in the data of its CloudEvent or, without one, in the body itself. */
export function pushedMessage(event: CloudEvent<unknown> | undefined, body: string): PushedMessage {
  return PUSH.parse(event ? event.data : JSON.parse(body)).message;
}

/**
 * A CloudEvent in binary or structured mode; undefined for any other request. The library is imported only for a
 * CloudEvent, since it loads a JSON Schema validator.
 */
export async function decodeCloudEvent(
  headers: Headers,
  body: string,
): Promise<CloudEvent<unknown> | undefined> {
  const structured = /^application\/cloudevents/i.test(headers.get('content-type') ?? '');
  if (!structured && !headers.has('ce-id')) return undefined;
  const { HTTP } = await import('./cloudevents.ts');
  const event = HTTP.toEvent({ headers: Object.fromEntries(headers), body });
  if (Array.isArray(event)) throw new TypeError('a batch of events came where one was expected');
  return event as CloudEvent<unknown>;
}

/** JSON in base64, as Pub/Sub encodes the data of a message. */
export function parseBase64(data: string): unknown {
  return JSON.parse(Buffer.from(data, 'base64').toString());
}

/**
 * Reads a message from an event of Eventarc, Pub/Sub push or the emulators: a CloudEvent in binary or structured mode,
 * or the raw push body. The JSON data contains the message or, without data, the attributes do.
 * @param sentence of the error, which says what was expected
 * Throws `invalid_request`.
 */
export async function decodeMessage<T>(
  headers: Headers,
  body: string,
  schema: z.ZodType<T>,
  sentence: string,
): Promise<{ message: T; attributes: PushedMessage['attributes'] }> {
  try {
    const { data, attributes } = pushedMessage(await decodeCloudEvent(headers, body), body);
    return { message: schema.parse(data ? parseBase64(data) : attributes), attributes };
  } catch (cause) {
    throw new AppError('invalid_request', sentence, { cause });
  }
}
