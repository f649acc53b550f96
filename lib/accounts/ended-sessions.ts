import type { UserStore } from '../ports/users.ts';
import { AppError } from '../runtime/errors.ts';
import { type Principal, TOKEN_SECONDS } from './tokens.ts';

/** Milliseconds for which a process relies on what it has read. */
const FRESH = 1000;

/** Finds access tokens whose session was ended before they expire. */
export interface EndedSessions {
  /** Throws `unauthenticated` if the session was ended, at most a second ago by another process. */
  mustBeOpen(principal: Principal & { epoch: number }): Promise<void>;
  /** Reads again before the next check. */
  forget(): void;
}

/**
 * Reads, once a second at most, the users who ended their sessions within the lifetime of a token: few rows, and no query
 * for each request.
 */
export function createEndedSessions(users: Pick<UserStore, 'endedSessions'>): EndedSessions {
  let known: Promise<ReadonlyMap<number, number>> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  const read = () => {
    readAt = performance.now();
    known = users.endedSessions(TOKEN_SECONDS);
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  return {
    async mustBeOpen({ userId, epoch }) {
      const isFresh = known && performance.now() - readAt < FRESH;
      const ended = await (isFresh && known ? known : read());
      if (epoch < (ended.get(userId) ?? 0))
        throw new AppError('unauthenticated', 'This session was ended. Log in again.');
    },
    forget() {
      known = undefined;
    },
  };
}
