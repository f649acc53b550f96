import { z } from '@hono/zod-openapi';
import type { ManagedUser } from '../../ports/administration.ts';
import type { Invitation } from '../../ports/invitations.ts';
import { TASK_STATES } from '../../ports/tasks.ts';
import type { Group } from '../../ports/user-limits.ts';
import { LIMIT_OVERRIDES } from './limits.ts';
import { NAME } from './parameters.ts';
import { orNull } from './responses.ts';

const TIME = z.iso.datetime();

export const MANAGED_USER = z
  .object({
    id: z.int(),
    user: z.string(),
    email: z.string().openapi({ description: 'Empty for a guest.' }),
    createdAt: TIME,
    suspendedAt: TIME.nullable(),
    group: z.object({ id: z.int(), name: z.string() }).nullable(),
    limits: LIMIT_OVERRIDES.openapi({ description: 'Those of the user alone.' }),
    usage: z.object({
      tasks: z.partialRecord(z.enum(TASK_STATES), z.int()),
      storedBytes: z.int().openapi({ description: 'Bytes of originals and results.' }),
    }),
  })
  .openapi('ManagedUser');

export const GROUP = z
  .object({ id: z.int(), name: z.string(), limits: LIMIT_OVERRIDES, createdAt: TIME })
  .openapi('Group');

export const COUNTED_GROUP = GROUP.extend({
  users: z.int().openapi({ description: 'Number of its users.' }),
}).openapi('CountedGroup');

export const NEW_GROUP = z
  .strictObject({ name: NAME.openapi({ example: 'students' }), limits: LIMIT_OVERRIDES.optional() })
  .openapi('NewGroup');

export const GROUP_CHANGE = z
  .strictObject({
    name: NAME.optional(),
    limits: LIMIT_OVERRIDES.optional().openapi({ description: 'Replaces all limits of the group.' }),
  })
  .openapi('GroupChange');

const ID = z
  .int('expected an id')
  .min(1, 'expected an id')
  .max(2 ** 31 - 1, 'expected an id');

export const USER_CHANGE = z
  .strictObject({
    suspended: z.boolean('expected true or false').optional(),
    groupId: orNull(ID).optional().openapi({ description: 'Null: no group.' }),
    limits: LIMIT_OVERRIDES.optional().openapi({ description: "Replaces all limits of the user's own." }),
  })
  .openapi('UserChange');

export const INVITATION = z
  .object({
    id: z.int(),
    email: z.string().nullable().openapi({ description: 'The only address that may use it; null: any.' }),
    groupId: z.int().nullable(),
    createdAt: TIME,
    expiresAt: TIME,
    usedAt: TIME.nullable(),
  })
  .openapi('Invitation');

export const CREATED_INVITATION = INVITATION.extend({
  invitation: z.string().openapi({ description: 'For `POST /api/auth/signup`. No later answer shows it.' }),
  url: z.url().openapi({ description: 'A link to the sign-up.' }),
}).openapi('CreatedInvitation');

const DAYS = 'expected a number of days from 1 to 365';

export const NEW_INVITATION = z
  .strictObject({
    email: z.email('expected an email address').max(254).optional().openapi({ example: 'bob@example.org' }),
    groupId: ID.optional().openapi({ description: 'Group of the new user.' }),
    days: z.int(DAYS).min(1, DAYS).max(365, DAYS).optional().openapi({ description: 'Default: 7.' }),
  })
  .openapi('NewInvitation');

export const QUEUE = z
  .object({
    waiting: z.int(),
    running: z.int(),
    oldestSeconds: z.int().nullable().openapi({
      description: 'Seconds since the creation of the oldest task that waits; null without one.',
    }),
    users: z
      .array(z.object({ id: z.int(), user: z.string(), waiting: z.int(), running: z.int() }))
      .openapi({ description: 'The 20 users with the most of those tasks.' }),
  })
  .openapi('Queue');

export const FAILURES = z
  .object({
    day: z.array(z.object({ code: z.string(), count: z.int() })),
    week: z.array(z.object({ code: z.string(), count: z.int() })),
  })
  .openapi('Failures');

export function managedUserJson({ name, createdAt, suspendedAt, ...user }: ManagedUser) {
  const times = { createdAt: createdAt.toISOString(), suspendedAt: suspendedAt?.toISOString() ?? null };
  return { ...user, user: name, limits: shownLimits(user), ...times };
}

export function groupJson<G extends Group>({ createdAt, ...group }: G) {
  return { ...group, limits: shownLimits(group), createdAt: createdAt.toISOString() };
}

export function invitationJson({ createdAt, expiresAt, usedAt, ...invitation }: Invitation) {
  const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  return { ...invitation, ...times, usedAt: usedAt?.toISOString() ?? null };
}

function shownLimits({ limits: { formats, ...limits } }: Pick<Group, 'limits'>) {
  return { ...limits, ...(formats !== undefined && { formats: formats && [...formats] }) };
}
