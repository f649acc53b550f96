import { createRoute, z } from '@hono/zod-openapi';
import type { Invitations } from '../../accounts/invitations.ts';
import { serviceUrl } from '../own-address.ts';
import { jsonBody, type Router } from '../router.ts';
import { CREATED_INVITATION, INVITATION, invitationJson, NEW_INVITATION } from '../schemas/administration.ts';
import { INVITATION_ID } from '../schemas/parameters.ts';
import { body, json, problems, SECURITY } from '../schemas/responses.ts';
import { NOT_STORED } from './auth.ts';

const create = createRoute({
  method: 'post',
  path: '/api/admin/invitations',
  operationId: 'createInvitation',
  summary: 'Make an invitation, which one person can use once',
  security: SECURITY,
  middleware: jsonBody(),
  request: { body: body(NEW_INVITATION, { email: 'bob@example.org', days: 7 }) },
  responses: {
    200: json(CREATED_INVITATION, 'The invitation, with its text and a link.'),
    ...problems(400, 401, 403, 404, 413, 415),
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/admin/invitations',
  operationId: 'listInvitations',
  summary: 'The newest 200 invitations, without their texts',
  security: SECURITY,
  responses: { 200: json(z.array(INVITATION), 'The newest first.'), ...problems(401, 403, 404) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/admin/invitations/{id}',
  operationId: 'removeInvitation',
  summary: 'Remove an invitation, which nobody can use then',
  security: SECURITY,
  request: { params: INVITATION_ID },
  responses: { 200: json(INVITATION, 'The removed invitation.'), ...problems(400, 401, 403, 404) },
});

/** Adds the routes of invitations to those for administrators. */
export function addInvitationRoutes(router: Router, invitations: Invitations): void {
  router.openapi(create, async (c) => {
    const { text, invitation } = await invitations.create(c.req.valid('json'));
    const url = `${serviceUrl(c)}/?invitation=${text}`;
    return c.json({ ...invitationJson(invitation), invitation: text, url }, 200, NOT_STORED);
  });
  router.openapi(list, async (c) => c.json((await invitations.list()).map(invitationJson), 200));
  router.openapi(remove, async (c) =>
    c.json(invitationJson(await invitations.remove(c.req.valid('param').id)), 200),
  );
}
