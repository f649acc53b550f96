import type { CloudEventV1 as CloudEvent } from 'cloudevents';
import { z } from 'zod';
import { AppError } from '../../runtime/errors.ts';
import { wholeNumber } from '../../runtime/whole-number.ts';
import type { FinalizedObject, Placement } from '../../uploads/object-finalized.ts';
import type { Router } from '../router.ts';
import type { InternalCallers } from '../service-auth.ts';
import { decodeCloudEvent, parseBase64, pushedMessage } from './decode.ts';
import { eventRoute } from './event-route.ts';

/**
 * Route for the objects that a bucket reports. 2xx acknowledges the event; the platform delivers it again after 5xx.
 */
export function uploadedRoute(
  callers: InternalCallers,
  place: (object: FinalizedObject) => Promise<Placement>,
): Router {
  return eventRoute(callers, decodeFinalizedObject, async (object, c) => {
    if (!object) return c.body(null, 204);
    return c.json({ placement: await place(object) }, 200);
  });
}

/** An int64 as text (Cloud Storage, JSON API, objects). */
const GENERATION = z.string().regex(/^\d{1,19}$/);

/** An object in CloudEvents of Cloud Storage, and in notifications with `JSON_API_V1`. */
const OBJECT = z.object({
  bucket: z.string(),
  name: z.string(),
  generation: z.union([z.int().min(0).transform(String), GENERATION]).optional(),
  size: z.union([z.int().min(0), wholeNumber(0, Number.MAX_SAFE_INTEGER)]).optional(),
  crc32c: z.string().optional(),
  md5Hash: z.string().optional(),
});

/** Attributes of a notification, which has no data if its payload format is `NONE`. */
const NOTIFICATION = z.object({
  eventType: z.string(),
  bucketId: z.string(),
  objectId: z.string(),
  objectGeneration: GENERATION.optional(),
});

const FINALIZED = 'google.cloud.storage.object.v1.finalized';

/**
 * Reads the stored object from a CloudEvent of Cloud Storage in binary or structured mode, or from the notification of
 * a bucket to Pub/Sub, raw or inside a CloudEvent; each with or without data. Returns undefined for other events of
 * buckets. Throws `invalid_request`.
 */
export async function decodeFinalizedObject(
  headers: Headers,
  body: string,
): Promise<FinalizedObject | undefined> {
  try {
    const event = await decodeCloudEvent(headers, body);
    if (event?.type.startsWith('google.cloud.storage.'))
      return event.type === FINALIZED ? objectOf(event, headers.get('ce-subject')) : undefined;
    const { data, attributes } = pushedMessage(event, body);
    const { eventType, bucketId, objectId, objectGeneration } = NOTIFICATION.parse(attributes);
    if (eventType !== 'OBJECT_FINALIZE') return undefined;
    if (data) return finalized(OBJECT.parse(parseBase64(data)));
    return finalized({ bucket: bucketId, name: objectId, generation: objectGeneration });
  } catch (cause) {
    const sentence =
      'Expected an event of a bucket: a CloudEvent of Cloud Storage, or its notification to Pub/Sub.';
    throw new AppError('invalid_request', sentence, { cause });
  }
}

/**
 * Without data, source and subject name the object.
 * @param encoded the subject as a header, where Unicode is percent-encoded (CloudEvents 1.0, HTTP binding, 3.1.3.2)
 */
function objectOf(event: CloudEvent<unknown>, encoded: string | null): FinalizedObject {
  const { data, source } = event;
  if (data !== undefined && data !== null && data !== '') return finalized(OBJECT.parse(data));
  const subject = encoded === null ? event.subject : decodeURIComponent(encoded);
  const bucket = /\/buckets\/([^/]+)$/.exec(source)?.[1];
  const name = /^objects\/(.+)$/s.exec(subject ?? '')?.[1];
  return finalized(OBJECT.parse({ bucket, name }));
}

function finalized({
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
