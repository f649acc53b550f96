import { createRoute, z } from '@hono/zod-openapi';
import type { Auth } from '../../accounts/sessions.ts';
import type { Preset } from '../../ports/presets.ts';
import type { Presets } from '../../tasks/presets.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import type { Idempotency } from '../idempotency.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { ID, NAME } from '../schemas/parameters.ts';
import { NEW_FORMAT, OPTIONS } from '../schemas/requested-output.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';
import { IDEMPOTENCY_KEY, REPLAYED } from './keyed-requests.ts';

export interface PresetRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  idempotency: Pick<Idempotency, 'json'>;
  presets: Presets;
}

const NEW_PRESET = z
  .strictObject({
    name: NAME.openapi({
      example: 'audiobook',
      description: 'For the option `preset`. Not the name of a built-in preset.',
    }),
    format: NEW_FORMAT,
    options: OPTIONS.optional(),
  })
  .openapi('NewPreset');

const EXAMPLE = { name: 'audiobook', format: 'opus', options: { channels: 1, bitrate: 32_000 } };

const PRESET = z
  .object({
    id: z.int(),
    name: z.string(),
    format: z.string(),
    options: OPTIONS,
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .openapi('Preset');

const save = createRoute({
  method: 'post',
  path: '/api/presets',
  operationId: 'createPreset',
  summary: 'Save a preset',
  security: SECURITY,
  request: { headers: IDEMPOTENCY_KEY, body: body(NEW_PRESET, EXAMPLE) },
  responses: {
    200: { ...json(PRESET, 'The preset.'), headers: REPLAYED },
    ...problems(400, 401, 403, 409, 413, 415, 422),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/presets',
  operationId: 'listPresets',
  summary: 'Your saved presets',
  security: SECURITY,
  responses: { 200: json(z.array(PRESET), 'The presets, at most 100.'), ...problems(401, 403) },
});

const get = createRoute({
  method: 'get',
  path: '/api/presets/{id}',
  operationId: 'getPreset',
  summary: 'A saved preset',
  security: SECURITY,
  request: { params: ID },
  responses: { 200: json(PRESET, 'The preset.'), ...problems(400, 401, 403, 404) },
});

const change = createRoute({
  method: 'put',
  path: '/api/presets/{id}',
  operationId: 'changePreset',
  summary: 'Replace a saved preset',
  description: 'Tasks that were made by the preset keep their options.',
  security: SECURITY,
  middleware: jsonBody(),
  request: { params: ID, body: body(NEW_PRESET, EXAMPLE) },
  responses: { 200: json(PRESET, 'The preset.'), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/presets/{id}',
  operationId: 'removePreset',
  summary: 'Remove a saved preset',
  security: SECURITY,
  request: { params: ID },
  responses: { 200: json(PRESET, 'The removed preset.'), ...problems(400, 401, 403, 404) },
});

export function presetRoutes({ auth, idempotency, presets }: PresetRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/presets', bearer(auth));
  router.use('/api/presets/:id', bearer(auth));

  router.openapi({ ...save, middleware: [...jsonBody(), idempotency.json] }, async (c) => {
    const { name, format, options = {} } = c.req.valid('json');
    const wanted = { name, format, options };
    const saved = await presets.save(principalOf(c).userId, wanted, c.get('keyed')?.creation);
    return c.json(presetJson(saved), 200);
  });
  router.openapi(list, async (c) => {
    const found = await presets.list(principalOf(c).userId);
    return c.json(found.map(presetJson), 200);
  });
  router.openapi(get, async (c) => {
    const found = await presets.get(principalOf(c).userId, c.req.valid('param').id);
    return c.json(presetJson(found), 200);
  });
  router.openapi(change, async (c) => {
    const { name, format, options = {} } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const changed = await presets.change(principalOf(c).userId, id, { name, format, options });
    return c.json(presetJson(changed), 200);
  });
  router.openapi(remove, async (c) => {
    const removed = await presets.remove(principalOf(c).userId, c.req.valid('param').id);
    return c.json(presetJson(removed), 200);
  });
  return router;
}

function presetJson({ id, name, format, options, createdAt, changedAt }: Preset) {
  return {
    id,
    name,
    format,
    options: { ...options },
    createdAt: createdAt.toISOString(),
    changedAt: changedAt.toISOString(),
  };
}
