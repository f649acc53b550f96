import assert from 'node:assert/strict';
import { CloudEvent, HTTP } from 'cloudevents';
import { decodeFinalizedObject } from '../../../../lib/http/events/object-finalized.ts';
import { hasCode } from '../../../../lib/runtime/errors.ts';

const FINALIZED = 'google.cloud.storage.object.v1.finalized';
const OBJECT = { bucket: 'originals', name: '7/Söng 🎵.wav', generation: '1720000000000001', size: '1234' };
const ATTRIBUTES = {
  eventType: 'OBJECT_FINALIZE',
  bucketId: OBJECT.bucket,
  objectId: OBJECT.name,
  objectGeneration: OBJECT.generation,
  payloadFormat: 'JSON_API_V1',
};
const WHOLE = { bucket: OBJECT.bucket, key: OBJECT.name, version: OBJECT.generation, size: 1234 };

type Sent = { headers: Headers; body: string };

/** One object's coming, in every form in which Eventarc, Pub/Sub push and emulators tell of it. */
const FORMS: [string, Sent, object][] = [
  ['a binary CloudEvent', binary(storageEvent({ data: OBJECT })), WHOLE],
  ['a structured CloudEvent', structured(storageEvent({ data: OBJECT })), WHOLE],
  [
    'a binary CloudEvent without data',
    binary(storageEvent({})),
    { ...WHOLE, version: undefined, size: undefined },
  ],
  [
    'a structured CloudEvent without data',
    structured(storageEvent({})),
    { ...WHOLE, version: undefined, size: undefined },
  ],
  ['a raw push with data', raw({ attributes: ATTRIBUTES, data: base64(OBJECT) }), WHOLE],
  ['a raw push with attributes only', raw({ attributes: ATTRIBUTES }), { ...WHOLE, size: undefined }],
  [
    'a binary CloudEvent around a notification',
    binary(messageEvent({ attributes: ATTRIBUTES, data: base64(OBJECT) })),
    WHOLE,
  ],
  [
    'a structured CloudEvent around a notification without data',
    structured(messageEvent({ attributes: ATTRIBUTES })),
    { ...WHOLE, size: undefined },
  ],
];

describe('decodeFinalizedObject', () => {
  for (const [form, { headers, body }, expected] of FORMS) {
    it(`reads ${form}`, async () => assert.deepEqual(await decodeFinalizedObject(headers, body), expected));
  }

  for (const [what, { headers, body }] of [
    ['a notification', raw({ attributes: { ...ATTRIBUTES, eventType: 'OBJECT_DELETE' } })],
    ['a CloudEvent', binary(storageEvent({ data: OBJECT, type: 'google.cloud.storage.object.v1.deleted' }))],
  ] as const) {
    it(`reads nothing from ${what} of another kind`, async () => {
      assert.equal(await decodeFinalizedObject(headers, body), undefined);
    });
  }

  for (const [what, { headers, body }] of [
    ['an empty body', { headers: new Headers(), body: '' }],
    ['something else than JSON', { headers: new Headers(), body: 'x' }],
    ['a message without attributes', raw({ data: base64(OBJECT) })],
    ['a message whose data is not JSON', raw({ attributes: ATTRIBUTES, data: 'eA==' })],
    [
      'a size in another spelling',
      raw({ attributes: ATTRIBUTES, data: base64({ ...OBJECT, size: '0x4d2' }) }),
    ],
    ['a size beyond all', binary(storageEvent({ data: { ...OBJECT, size: 1e300 } }))],
    ['a generation that is none', raw({ attributes: { ...ATTRIBUTES, objectGeneration: 'x' } })],
    ['an object for a generation', binary(storageEvent({ data: { ...OBJECT, generation: {} } }))],
    ['a CloudEvent that names no object', binary(storageEvent({ data: { bucket: 'originals' } }))],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(decodeFinalizedObject(headers, body), (error) =>
        hasCode(error, 'invalid_request'),
      );
    });
  }
});

function storageEvent({ data, type = FINALIZED }: { data?: object; type?: string }): CloudEvent<object> {
  const [source, subject] = [
    '//storage.googleapis.com/projects/_/buckets/originals',
    `objects/${OBJECT.name}`,
  ];
  return new CloudEvent<object>({ type, source, subject, ...(data && { data }) });
}

function messageEvent(message: object): CloudEvent<object> {
  const type = 'google.cloud.pubsub.topic.v1.messagePublished';
  return new CloudEvent<object>({ type, source: '//pubsub.googleapis.com/x', data: { message } });
}

function binary(event: CloudEvent<object>): Sent {
  const { headers, body } = HTTP.binary(event);
  return { headers: plain(headers), body: String(body ?? '') };
}

function structured(event: CloudEvent<object>): Sent {
  const { headers, body } = HTTP.structured(event);
  return { headers: plain(headers), body: String(body) };
}

function raw(message: object): Sent {
  return { headers: new Headers({ 'Content-Type': 'application/json' }), body: JSON.stringify({ message }) };
}

/** Header values are bytes, so that Unicode in a subject is percent-encoded (CloudEvents 1.0, HTTP binding, 3.1.3.2). */
function plain(headers: Record<string, unknown>): Headers {
  return new Headers(
    Object.entries(headers).map(([name, value]) => [name, encodeURI(String(value)).replaceAll('%20', ' ')]),
  );
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}
