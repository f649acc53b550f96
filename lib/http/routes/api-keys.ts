import { createRoute, z } from '@hono/zod-openapi';
import type { ApiKeys } from '../../accounts/api-keys.ts';
import type { Auth } from '../../accounts/sessions.ts';
import { type ApiKey, SCOPES } from '../../ports/api-keys.ts';
import { bearer, principalOf } from '../bearer-auth.ts';
import type { Idempotency } from '../idempotency.ts';
import { createRouter, jsonBody, type Router } from '../router.ts';
import { ID, NAME } from '../schemas/parameters.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';
import { IDEMPOTENCY_KEY, REPLAYED } from './keyed-requests.ts';

export interface ApiKeyRouteDependencies {
  auth: Pick<Auth, 'authenticate'>;
  idempotency: Pick<Idempotency, 'json'>;
  apiKeys: ApiKeys;
}

const SCOPE = z.enum(SCOPES);
const TIME = z.iso.datetime({ offset: true, error: 'expected a time such as 2030-01-31T12:00:00Z' });

const NEW_KEY = z.strictObject({
  name: NAME.openapi({ example: 'backup script' }),
  scopes: z
    .array(SCOPE)
    .min(1, `expected some of ${SCOPES.join(', ')}`)
    .transform((scopes) => [...new Set(scopes)])
    .openapi({
      description:
        '`tasks:read` allows GET, `tasks:write` every other request about tasks, `account` the keys and the account.',
    }),
  expiresAt: TIME.nullable().optional().openapi({ description: 'Default: the key never expires.' }),
});

const KEY = z
  .object({
    id: z.int(),
    name: z.string(),
    scopes: z.array(SCOPE),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().openapi({ description: 'To a minute.' }),
  })
  .openapi('ApiKey');

const CREATED = KEY.extend({
  key: z.string().openapi({ description: 'For `Authorization: Bearer`. No later answer shows it again.' }),
}).openapi('CreatedApiKey');

const create = createRoute({
  method: 'post',
  path: '/api/auth/keys',
  operationId: 'createApiKey',
  summary: 'Make an API key',
  security: SECURITY,
  request: {
    headers: IDEMPOTENCY_KEY,
    body: body(NEW_KEY, { name: 'backup script', scopes: ['tasks:read'] }),
  },
  responses: {
    200: { ...json(CREATED, 'The key, with its text.'), headers: REPLAYED },
    ...problems(400, 401, 403, 409, 413, 415, 422),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/auth/keys',
  operationId: 'listApiKeys',
  summary: 'List API keys',
  security: SECURITY,
  responses: { 200: json(z.array(KEY), 'The keys, without their text.'), ...problems(401, 403) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/auth/keys/{id}',
  operationId: 'removeApiKey',
  summary: 'Remove an API key',
  security: SECURITY,
  request: { params: ID },
  responses: { 200: json(KEY, 'The removed key.'), ...problems(400, 401, 403, 404) },
});

export function apiKeyRoutes({ auth, idempotency, apiKeys }: ApiKeyRouteDependencies): Router {
  const router = createRouter();
  router.use('/api/auth/keys', bearer(auth, 'account'));
  router.use('/api/auth/keys/:id', bearer(auth, 'account'));

  router.openapi({ ...create, middleware: [...jsonBody(), idempotency.json] }, async (c) => {
    const { name, scopes, expiresAt } = c.req.valid('json');
    const requested = { name, scopes, expiresAt: expiresAt ? new Date(expiresAt) : null };
    const { text, key } = await apiKeys.create(principalOf(c), requested, c.get('keyed')?.creation);
    return c.json({ ...keyJson(key), key: text }, 200, { 'Cache-Control': 'no-store' });
  });
  router.openapi(list, async (c) => {
    const keys = await apiKeys.list(principalOf(c).userId);
    return c.json(keys.map(keyJson), 200);
  });
  router.openapi(remove, async (c) => {
    const key = await apiKeys.remove(principalOf(c).userId, c.req.valid('param').id);
    return c.json(keyJson(key), 200);
  });
  return router;
}

function keyJson({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey) {
  return {
    id,
    name,
    scopes: [...scopes],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
