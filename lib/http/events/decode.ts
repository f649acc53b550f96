import type { CloudEventV1 as CloudEvent } from 'cloudevents';
import { z } from 'zod';
import type { ConversionMessage } from '../../ports/queue.ts';
import { AppError } from '../../runtime/errors.ts';
import { MOST_INTEGER, wholeNumber } from '../../runtime/whole-number.ts';
import type { FinalizedObject } from '../../uploads/object-finalized.ts';

/** A number in JSON, and a text among attributes. */
const INTEGER = z.union([z.int().min(1).max(MOST_INTEGER), wholeNumber(1, MOST_INTEGER)]);
const MESSAGE = z.object({ taskId: INTEGER, revision: INTEGER });

/** The body of a Pub/Sub push request, which is also the data of its CloudEvent. */
const PUSH = z.object({
  message: z.object({
    data: z.base64().optional(),
    attributes: z.record(z.string(), z.string()).optional(),
  }),
});

/**
 * Reads a message from an event as Eventarc, Pub/Sub push and the emulators send it: CloudEvents in binary or structured
 * mode, or the raw push body; the message itself as the message's JSON data or, without data, as its attributes.
 * Throws `invalid_request`.
 */
export async function decodeConversionMessage(headers: Headers, body: string): Promise<ConversionMessage> {
  try {
    const event = await cloudEvent(headers, body);
    const { data, attributes } = PUSH.parse(event ? event.data : JSON.parse(body)).message;
    return MESSAGE.parse(data ? parseBase64(data) : attributes);
  } catch (cause) {
    const sentence = 'Expected a Pub/Sub message whose data or attributes are {taskId, revision}.';
    throw new AppError('invalid_request', sentence, { cause });
  }
}

/** An int64 as text (Cloud Storage, JSON API, objects). */
const GENERATION = z.string().regex(/^\d{1,19}$/);

/** As Cloud Storage describes an object in CloudEvents, and in notifications with `JSON_API_V1`. */
const OBJECT = z.object({
  bucket: z.string(),
  name: z.string(),
  generation: z.union([z.int().min(0).transform(String), GENERATION]).optional(),
  size: z.union([z.int().min(0), wholeNumber(0, Number.MAX_SAFE_INTEGER)]).optional(),
  crc32c: z.string().optional(),
  md5Hash: z.string().optional(),
});

/** Attributes of a notification, which has no data where its payload format is `NONE`. */
const NOTIFICATION = z.object({
  eventType: z.string(),
  bucketId: z.string(),
  objectId: z.string(),
  objectGeneration: GENERATION.optional(),
});

const FINALIZED = 'google.cloud.storage.object.v1.finalized';

/**
 * Reads which object came whole: from a CloudEvent of Cloud Storage in binary or structured mode, or from a bucket's
 * notification to Pub/Sub, raw or inside a CloudEvent; each with its data or without. Answers undefined for what else
 * buckets tell. Throws `invalid_request`.
 */
export async function decodeFinalizedObject(
  headers: Headers,
  body: string,
): Promise<FinalizedObject | undefined> {
  try {
    const event = await cloudEvent(headers, body);
    if (event?.type.startsWith('google.cloud.storage.'))
      return event.type === FINALIZED ? objectOf(event, headers.get('ce-subject')) : undefined;
    const { data, attributes } = PUSH.parse(event ? event.data : JSON.parse(body)).message;
    const { eventType, bucketId, objectId, objectGeneration } = NOTIFICATION.parse(attributes);
    if (eventType !== 'OBJECT_FINALIZE') return undefined;
    if (data) return arrived(OBJECT.parse(parseBase64(data)));
    return arrived({ bucket: bucketId, name: objectId, generation: objectGeneration });
  } catch (cause) {
    const sentence =
      'Expected an event of a bucket: a CloudEvent of Cloud Storage, or its notification to Pub/Sub.';
    throw new AppError('invalid_request', sentence, { cause });
  }
}

/**
 * Without data, source and subject say which object it is.
 * @param encoded the subject as a header, where Unicode is percent-encoded (CloudEvents 1.0, HTTP binding, 3.1.3.2)
 */
function objectOf(event: CloudEvent<unknown>, encoded: string | null): FinalizedObject {
  const { data, source } = event;
  if (data !== undefined && data !== null && data !== '') return arrived(OBJECT.parse(data));
  const subject = encoded === null ? event.subject : decodeURIComponent(encoded);
  const bucket = /\/buckets\/([^/]+)$/.exec(source)?.[1];
  const name = /^objects\/(.+)$/s.exec(subject ?? '')?.[1];
  return arrived(OBJECT.parse({ bucket, name }));
}

function arrived({
  bucket,
  name,
  generation,
  size,
  crc32c,
  md5Hash: md5,
}: Partial<z.output<typeof OBJECT>> & { bucket: string; name: string }): FinalizedObject {
  const checksums = { ...(crc32c !== undefined && { crc32c }), ...(md5 !== undefined && { md5 }) };
  const known = crc32c !== undefined && { checksums };
  return { bucket, key: name, version: generation, size, ...known };
}

/** The library brings a JSON Schema validator along, so only what is a CloudEvent has it loaded. */
async function cloudEvent(headers: Headers, body: string): Promise<CloudEvent<unknown> | undefined> {
  const structured = /^application\/cloudevents/i.test(headers.get('content-type') ?? '');
  if (!structured && !headers.has('ce-id')) return undefined;
  const { HTTP } = await import('cloudevents');
  const event = HTTP.toEvent({ headers: Object.fromEntries(headers), body });
  if (Array.isArray(event)) throw new TypeError('a batch of events came where one was expected');
  return event as CloudEvent<unknown>;
}

function parseBase64(data: string): unknown {
  return JSON.parse(Buffer.from(data, 'base64').toString());
}
