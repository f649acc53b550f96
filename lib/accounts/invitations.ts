import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Invitation, InvitationStore } from '../ports/invitations.ts';
import { AppError } from '../runtime/errors.ts';

/** Maximum number of invitations, used ones among them. */
const MOST = 10_000;

/** Invitations in a list. */
const LISTED = 200;

const DAY = 86_400_000;

export interface RequestedInvitation {
  /** Undefined: any address may use it. */
  email?: string | undefined;
  /** Group of the new user. */
  groupId?: number | undefined;
  /** Days for which it is valid; default: 7. */
  days?: number | undefined;
}

/** Rights to sign up once. */
export interface Invitations {
  /** Only this answer has the text. Throws `invalid_request` for an unknown group, and if there are too many. */
  create(requested: RequestedInvitation): Promise<{ text: string; invitation: Invitation }>;
  /** The newest first. */
  list(): Promise<Invitation[]>;
  /** Throws `not_found`. */
  remove(id: number): Promise<Invitation>;
}

export function createInvitations(store: InvitationStore, clock: Clock): Invitations {
  return {
    async create({ email = null, groupId = null, days = 7 }) {
      const text = `inv_${randomBytes(32).toString('base64url')}`;
      const expiresAt = new Date(clock.now().getTime() + days * DAY);
      const added = { hash: hashOfInvitation(text), email, groupId, expiresAt };
      const invitation = await store.add(added, MOST);
      if (!invitation) throw refused();
      return { text, invitation };
    },
    list: () => store.list(LISTED),
    async remove(id) {
      const removed = await store.remove(id);
      if (!removed) throw new AppError('not_found', 'This invitation does not exist.');
      return removed;
    },
  };
}

/** The form in which an invitation is stored. */
export function hashOfInvitation(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function refused(): AppError {
  const message = `expected a group that exists, and at most ${MOST} invitations; remove old ones first`;
  const details = [{ path: 'groupId', message }];
  return new AppError('invalid_request', `The request is not valid. groupId: ${message}.`, { details });
}
