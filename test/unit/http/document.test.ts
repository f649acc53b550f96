import assert from 'node:assert/strict';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { z } from 'zod';
import { FORMATS } from '../../../lib/audio/formats/formats.ts';
import { apiDocument, operationsOf } from '../../support/document.ts';

/** Rules of the validator that the document does not keep, with the reason. */
const EXCEPTIONS = {
  // The options that are refused together stand under `not`, where a schema lists no properties.
  'no-required-schema-properties-undefined': 'off',
  // A cancelled upload is answered by 499 alone, as Cloud Storage does.
  'operation-2xx-response': 'off',
  // Otherwise it refuses in a list each property that stands in one of the outputs.
  'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
} as const;

/** Requests of POST that take no Idempotency-Key, and the reason. */
const WITHOUT_KEY: Readonly<Record<string, string>> = {
  'post /api/auth/signup': 'no user is there whose key it could be; a name and an email are taken only once',
  'post /api/auth/login': 'creates only a session, whose answer nobody else may get',
  'post /api/auth/guest': 'no user is there whose key it could be; a guest whose answer is lost has nothing',
  'post /api/auth/restore': 'no user is there whose key it could be; a second one is refused',
  'post /api/auth/remote': 'creates only a session, and a user at first sight, once',
  'post /api/admin/groups': 'a name is taken only once',
  'post /api/admin/invitations': 'a second one does no harm, and can be removed',
  'post /api/auth/refresh': 'gives its answer again by itself for ten seconds',
  'post /api/auth/logout': 'creates nothing',
  'post /api/probe': 'creates nothing',
  'post /api/plan': 'creates nothing',
  'post /api/verify': 'creates nothing',
  'post /api/tickets': 'creates nothing that is kept',
  'post /api/webhooks/{id}/deliveries/{deliveryId}/replay':
    'creates nothing; the receiver knows the message by its id',
  'post /api/webhooks/{id}/test': 'a second message does no harm',
  'post /api/tasks/{id}/processed': 'creates nothing; a report that comes again changes nothing',
};

describe('The OpenAPI document', () => {
  it('has every operation in a section, and no section without operations', async () => {
    const { tags, paths } = z
      .object({
        tags: z.array(z.object({ name: z.string() })),
        paths: z.record(z.string(), z.record(z.string(), z.object({ tags: z.array(z.string()).length(1) }))),
      })
      .parse(await apiDocument());
    const used = Object.values(paths).flatMap((item) => Object.values(item).flatMap(({ tags: own }) => own));
    assert.deepEqual([...new Set(used)].sort(), tags.map(({ name }) => name).sort());
    assert.deepEqual(Object.keys(paths['/api/tasks/{id}/events'] ?? {}), ['get']);
    assert.deepEqual(paths['/api/tasks/{id}/events']?.get?.tags, ['Events']);
  });

  it('passes a strict validator of OpenAPI 3.1', async () => {
    const document = await apiDocument();
    assert.equal(document.openapi, '3.1.0');
    const config = await createConfig({ extends: ['recommended-strict'], rules: EXCEPTIONS });
    const source = JSON.stringify(document);
    const problems = await lintFromString({ source, absoluteRef: '/openapi.json', config });
    assert.deepEqual(
      problems.map(({ message, location }) => `${location[0]?.pointer}: ${message}`),
      [],
    );
  });

  it('gives every operation a name of its own, from which clients make theirs', async () => {
    const operations = operationsOf(await apiDocument());
    assert.ok(operations.length >= 33);
    const names = operations.map(([route, { operationId }]) => operationId ?? route);
    assert.deepEqual(
      names.filter((name) => !/^[a-z][A-Za-z]+$/.test(name)),
      [],
    );
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });

  it('has an output for each format, in every request that names one', async () => {
    const OUTPUT = z.looseObject({ discriminator: z.object({ mapping: z.record(z.string(), z.string()) }) });
    const { components } = z
      .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
      .parse(await apiDocument());
    const { discriminator } = OUTPUT.parse(components.schemas.FormatOutput);
    assert.deepEqual(Object.keys(discriminator.mapping).sort(), FORMATS.map(({ name }) => name).sort());
    for (const name of ['RequestedOutput', 'NewTask', 'NewBatchTask', 'TaskForm']) {
      const outputs = z.looseObject({ oneOf: z.array(z.object({ $ref: z.string() })) });
      const [first] = outputs.parse(components.schemas[name]).oneOf;
      assert.equal(first?.$ref, '#/components/schemas/FormatOutput', name);
    }
  });

  it('takes an Idempotency-Key for every POST that creates, and documents its answers', async () => {
    const posts = operationsOf(await apiDocument()).filter(([route]) => route.startsWith('post '));
    const keyed = posts.filter(([, { parameters }]) =>
      parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'idempotency-key'),
    );
    const names = posts.map(([route]) => route).sort();
    assert.deepEqual(names, [...Object.keys(WITHOUT_KEY), ...keyed.map(([route]) => route)].sort());
    for (const [route, { responses }] of keyed) {
      assert.ok(
        ['401', '409', '422'].every((status) => status in responses),
        route,
      );
      assert.match(JSON.stringify(responses[200]), /"Idempotent-Replayed"/, route);
    }
  });
});
