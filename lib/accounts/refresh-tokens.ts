import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { LockedFamily, RefreshTokenStore, StoredRefreshToken } from '../ports/users.ts';

/** Lifetime of a refresh token in days. */
const REFRESH_DAYS = 30;

/**
 * Seconds in which a used token still yields its successor: two tabs may refresh at once, or an answer may get lost.
 */
const REUSE_SECONDS = 10;

export interface IssuedRefreshToken {
  userId: number;
  refreshToken: string;
}

/** Refresh tokens that rotate (RFC 9700, 4.14.2). All tokens of one log-in are a family. */
export interface RefreshTokens {
  /** The first token of a new family. */
  issue(userId: number): Promise<string>;
  /**
   * Exchanges a token for its successor, once. Within 10 s of that, the used token yields the newest token of the
   * family again; a later reuse revokes the family. Undefined if the token is no longer valid.
   */
  rotate(refreshToken: string): Promise<IssuedRefreshToken | undefined>;
  /** Revokes the family of a token; an unknown token is no error. */
  revoke(refreshToken: string): Promise<void>;
}

export function createRefreshTokens(store: RefreshTokenStore, clock: Clock): RefreshTokens {
  const expiry = () => new Date(clock.now().getTime() + REFRESH_DAYS * 86_400_000);

  /** The lock of the family serializes reuse, rotation and log-out. */
  const rotateIn = async (
    family: LockedFamily,
    presented: string,
  ): Promise<IssuedRefreshToken | undefined> => {
    const now = clock.now();
    const first = await family.find(hashOf(presented));
    if (first?.used && !isRecent(first.used.at, now)) {
      await family.revoke();
      return undefined;
    }
    const newest = first && (await newestOf(family, presented, first));
    if (!newest || newest.stored.expiresAt <= now) return undefined;
    const { refreshToken, stored } = newest;
    const { userId } = stored;
    return {
      userId,
      refreshToken: first.used ? refreshToken : await replace(family, stored, presented, now),
    };
  };

  const replace = async (family: LockedFamily, stored: StoredRefreshToken, token: string, at: Date) => {
    const salt = randomBytes(32).toString('base64url');
    const successor = successorOf(token, salt);
    const added = { ...stored, hash: hashOf(successor), expiresAt: expiry() };
    await family.replace(stored.hash, { at, salt }, added);
    return successor;
  };

  return {
    async issue(userId) {
      const refreshToken = randomBytes(32).toString('base64url');
      const hash = hashOf(refreshToken);
      await store.add({ hash, family: randomUUID(), userId, expiresAt: expiry() });
      return refreshToken;
    },
    rotate: (refreshToken) =>
      store.withFamily(hashOf(refreshToken), (family) => rotateIn(family, refreshToken)),
    async revoke(refreshToken) {
      await store.withFamily(hashOf(refreshToken), (family) => family.revoke());
    },
  };
}

/**
 * Follows used tokens to the unused one; undefined for a token that an earlier release used, since it stored no salt.
 */
async function newestOf(family: LockedFamily, presented: string, first: StoredRefreshToken) {
  let refreshToken = presented;
  let stored: StoredRefreshToken | undefined = first;
  while (stored?.used) {
    refreshToken = successorOf(refreshToken, stored.used.salt);
    stored = await family.find(hashOf(refreshToken));
  }
  return stored && { refreshToken, stored };
}

/** The clocks of two processes may differ a little; a use in the future is recent. */
function isRecent(usedAt: Date, now: Date): boolean {
  return now.getTime() - usedAt.getTime() <= REUSE_SECONDS * 1000;
}

/**
 * The used token and the database together can reproduce the successor, but neither of them can alone: the database
 * contains only the salt and the hashes of both tokens.
 */
function successorOf(refreshToken: string, salt: string): string {
  return createHmac('sha256', refreshToken).update(salt).digest('base64url');
}

function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url');
}
