import { createRoute, z } from '@hono/zod-openapi';
import type { Administration } from '../../accounts/administration.ts';
import { jsonBody, type Router } from '../router.ts';
import { COUNTED_GROUP, GROUP, GROUP_CHANGE, groupJson, NEW_GROUP } from '../schemas/administration.ts';
import { GROUP_ID } from '../schemas/parameters.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';

const create = createRoute({
  method: 'post',
  path: '/api/admin/groups',
  operationId: 'createGroup',
  summary: 'Make a group',
  description:
    "A user's own limits come before those of the group, and those before the limits of the service.",
  security: SECURITY,
  middleware: jsonBody(),
  request: { body: body(NEW_GROUP, { name: 'students', limits: { uploadBytes: 100_000_000 } }) },
  responses: { 200: json(GROUP, 'The group.'), ...problems(400, 401, 403, 404, 409, 413, 415) },
});

const list = createRoute({
  method: 'get',
  path: '/api/admin/groups',
  operationId: 'listGroups',
  summary: 'Groups',
  security: SECURITY,
  responses: { 200: json(z.array(COUNTED_GROUP), 'The groups, by name.'), ...problems(401, 403, 404) },
});

const change = createRoute({
  method: 'patch',
  path: '/api/admin/groups/{id}',
  operationId: 'changeGroup',
  summary: 'Change the name or the limits of a group',
  security: SECURITY,
  middleware: jsonBody(),
  request: { params: GROUP_ID, body: body(GROUP_CHANGE, { limits: { audioMinutes: 60 } }) },
  responses: { 200: json(GROUP, 'The group.'), ...problems(400, 401, 403, 404, 409, 413, 415) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/admin/groups/{id}',
  operationId: 'removeGroup',
  summary: 'Remove a group; its users stay, without a group',
  security: SECURITY,
  request: { params: GROUP_ID },
  responses: { 200: json(GROUP, 'The removed group.'), ...problems(400, 401, 403, 404) },
});

/** Adds the routes of groups to those for administrators. */
export function addGroupRoutes(router: Router, administration: Administration): void {
  router.openapi(create, async (c) => {
    const { name, limits = {} } = c.req.valid('json');
    return c.json(groupJson(await administration.addGroup({ name, limits })), 200);
  });
  router.openapi(list, async (c) => c.json((await administration.groups()).map(groupJson), 200));
  router.openapi(change, async (c) => {
    const changed = await administration.changeGroup(c.req.valid('param').id, c.req.valid('json'));
    return c.json(groupJson(changed), 200);
  });
  router.openapi(remove, async (c) =>
    c.json(groupJson(await administration.removeGroup(c.req.valid('param').id)), 200),
  );
}
