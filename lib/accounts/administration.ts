import type { AdministrationStore, ManagedUser, QueueState, UserPage } from '../ports/administration.ts';
import type { Group, GroupStore, LimitOverrides, UserLimitStore } from '../ports/user-limits.ts';
import type { User, UserStore } from '../ports/users.ts';
import { AppError } from '../runtime/errors.ts';
import type { EndedSessions } from './ended-sessions.ts';
import type { Principal } from './tokens.ts';

/** Maximum number of groups. */
const MOST_GROUPS = 1000;

/** Users in the state of the queue. */
const QUEUE_USERS = 20;

export interface UserChange {
  suspended?: boolean | undefined;
  /** Null: no group. */
  groupId?: number | null | undefined;
  /** Replaces all limits of the user's own. */
  limits?: LimitOverrides | undefined;
}

export interface GroupChange {
  name?: string | undefined;
  /** Replaces all limits of the group. */
  limits?: LimitOverrides | undefined;
}

/** Administration of users and groups. Methods throw `not_found` for what does not exist. */
export interface Administration {
  /** Throws `not_found` for everybody else, who shall not learn that there is something. */
  mustBeAdministrator(principal: Principal): Promise<void>;
  users(page: UserPage): Promise<ManagedUser[]>;
  user(id: number): Promise<ManagedUser>;
  /** Changes a user. Throws `invalid_request` for an unknown group, and if administrators suspend themselves. */
  changeUser(principal: Principal, id: number, change: UserChange): Promise<ManagedUser>;
  groups(): Promise<(Group & { users: number })[]>;
  /** Throws `taken`, and `invalid_request` if there are too many. */
  addGroup(group: Pick<Group, 'name' | 'limits'>): Promise<Group>;
  /** Throws `taken`. */
  changeGroup(id: number, change: GroupChange): Promise<Group>;
  removeGroup(id: number): Promise<Group>;
  queue(): Promise<QueueState>;
  failures(days: number): Promise<{ code: string; count: number }[]>;
}

export interface AdministrationDependencies {
  /** In lower case. */
  adminEmails: ReadonlySet<string>;
  users: Pick<UserStore, 'find'>;
  store: AdministrationStore;
  groups: GroupStore;
  userLimits: Pick<UserLimitStore, 'change'>;
  endedSessions: Pick<EndedSessions, 'forget'>;
}

/** Whether a user is an administrator: by an address of the operator's list that is proven to belong to the user. */
export function isAdministrator(
  user: Pick<User, 'email' | 'isProven'>,
  adminEmails: ReadonlySet<string>,
): boolean {
  return user.isProven && adminEmails.has(user.email.toLowerCase());
}

export function createAdministration(parts: AdministrationDependencies): Administration {
  const { adminEmails, users, store, groups, userLimits, endedSessions } = parts;
  const user = async (id: number) => existing(await store.find(id), 'This user does not exist.');
  const group = (found: Group | undefined) => existing(found, 'This group does not exist.');
  return {
    async mustBeAdministrator({ userId }) {
      const found = await users.find(userId);
      if (found && isAdministrator(found, adminEmails)) return;
      throw new AppError('not_found', 'There is nothing here, or it is for administrators.');
    },
    users: (page) => store.users(page),
    user,
    async changeUser({ userId }, id, { suspended, groupId, limits }) {
      if (suspended && id === userId) throw refused('suspended', 'expected another user than yourself');
      await user(id);
      if (!(await userLimits.change(id, { groupId, limits })))
        throw refused('groupId', 'expected a group that exists');
      if (suspended !== undefined) await store.setSuspended(id, suspended);
      endedSessions.forget();
      return user(id);
    },
    groups: () => groups.list(),
    async addGroup(added) {
      const made = await groups.add(added, MOST_GROUPS);
      if (!made) throw refused('name', `expected at most ${MOST_GROUPS} groups; remove one first`);
      return made;
    },
    changeGroup: async (id, change) => group(await groups.change(id, change)),
    removeGroup: async (id) => group(await groups.remove(id)),
    queue: () => store.queue(QUEUE_USERS),
    failures: (days) => store.failures(days),
  };
}

function existing<T>(found: T | undefined, sentence: string): T {
  if (!found) throw new AppError('not_found', sentence);
  return found;
}

function refused(path: string, message: string): AppError {
  const details = [{ path, message }];
  return new AppError('invalid_request', `The request is not valid. ${path}: ${message}.`, { details });
}
