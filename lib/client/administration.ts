import { type Api, answerOf, type Body, byId, type Call, options, type Schemas } from './api.ts';
import { orGone } from './errors.ts';
import type { operations } from './schema.ts';

export type ManagedUser = Schemas['ManagedUser'];
export type Group = Schemas['Group'];
/** Limits of a group or of a user alone; those that are absent are inherited. */
export type GroupLimits = Schemas['LimitOverrides'];
export type Invitation = Schemas['Invitation'];

/** Which users to list. */
export type UserQuery = NonNullable<operations['listUsers']['parameters']['query']>;

/** What administrators do; for others, every method throws `not_found`. */
export interface Administration {
  /** One page of users, by id; `after` the last of them begins the next. */
  users(query?: UserQuery, call?: Call): Promise<ManagedUser[]>;
  user(id: number, call?: Call): Promise<ManagedUser>;
  /** Suspends a user, or sets the group or the limits; limits replace all limits of the user's own. */
  changeUser(id: number, change: Body<'changeUser'>, call?: Call): Promise<ManagedUser>;
  groups(call?: Call): Promise<Schemas['CountedGroup'][]>;
  createGroup(group: Body<'createGroup'>, call?: Call): Promise<Group>;
  changeGroup(id: number, change: Body<'changeGroup'>, call?: Call): Promise<Group>;
  /** Removes a group; one that does not exist any more counts as removed. */
  removeGroup(id: number, call?: Call): Promise<void>;
  /** The newest first, without their texts. */
  invitations(call?: Call): Promise<Invitation[]>;
  /** Makes an invitation; only this answer has its text and its link. */
  invite(invitation?: Body<'createInvitation'>, call?: Call): Promise<Schemas['CreatedInvitation']>;
  /** Removes an invitation; one that does not exist any more counts as removed. */
  removeInvitation(id: number, call?: Call): Promise<void>;
  queue(call?: Call): Promise<Schemas['Queue']>;
  failures(call?: Call): Promise<Schemas['Failures']>;
}

export function createAdministration(api: Api): Administration {
  const group = '/api/admin/groups/{id}';
  return {
    users: (query = {}, call) =>
      answerOf(api.GET('/api/admin/users', { params: { query }, ...options(call) })),
    user: (id, call) => answerOf(api.GET('/api/admin/users/{id}', byId(id, call))),
    changeUser: (id, body, call) => answerOf(api.PATCH('/api/admin/users/{id}', { body, ...byId(id, call) })),
    groups: (call) => answerOf(api.GET('/api/admin/groups', options(call))),
    createGroup: (body, call) => answerOf(api.POST('/api/admin/groups', { body, ...options(call) })),
    changeGroup: (id, body, call) => answerOf(api.PATCH(group, { body, ...byId(id, call) })),
    removeGroup: (id, call) => orGone(answerOf(api.DELETE(group, byId(id, call)))),
    invitations: (call) => answerOf(api.GET('/api/admin/invitations', options(call))),
    invite: (body = {}, call) => answerOf(api.POST('/api/admin/invitations', { body, ...options(call) })),
    removeInvitation: (id, call) =>
      orGone(answerOf(api.DELETE('/api/admin/invitations/{id}', byId(id, call)))),
    queue: (call) => answerOf(api.GET('/api/admin/queue', options(call))),
    failures: (call) => answerOf(api.GET('/api/admin/failures', options(call))),
  };
}
