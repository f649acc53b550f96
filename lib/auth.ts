import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { AppError } from './errors.ts';
import { hashPassword, NOBODYS_HASH, verifyPassword } from './passwords.ts';
import type { Clock } from './ports/clock.ts';
import type { RefreshTokenStore, User, UserStore } from './ports/users.ts';
import { type Principal, TOKEN_SECONDS, type Tokens } from './tokens.ts';

/** Days for which a refresh token is good. */
const REFRESH_DAYS = 30;

export interface Session {
  token: string;
  refreshToken: string;
  /** Seconds for which `token` is good. */
  expiresIn: number;
}

export interface SignUp {
  user: string;
  email: string;
  password: string;
}

export interface Auth {
  /** Throws `taken`. */
  signUp(signUp: SignUp): Promise<User>;
  /** Throws `unauthenticated`, in the same time and words for an unknown email and a wrong password. */
  logIn(email: string, password: string): Promise<Session>;
  /** Trades a refresh token for a new session. One that was used before revokes all that came of the same log-in. */
  refresh(refreshToken: string): Promise<Session>;
  /** Revokes all that came of the same log-in; a token that is not known is fine. */
  logOut(refreshToken: string): Promise<void>;
  /** Throws `unauthenticated`, also where the user is no longer there. */
  authenticate(token: string): Promise<Principal>;
}

export interface AuthParts {
  users: UserStore;
  refreshTokens: RefreshTokenStore;
  tokens: Tokens;
  clock: Clock;
}

export function createAuth({ users, refreshTokens, tokens, clock }: AuthParts): Auth {
  const openSession = async (user: User, family: string): Promise<Session> => {
    const refreshToken = randomBytes(32).toString('base64url');
    const expiresAt = new Date(clock.now().getTime() + REFRESH_DAYS * 86_400_000);
    await refreshTokens.add({ hash: hashOf(refreshToken), family, userId: user.id, expiresAt });
    const token = await tokens.sign({ userId: user.id, email: user.email });
    return { token, refreshToken, expiresIn: TOKEN_SECONDS };
  };

  return {
    async signUp({ user, email, password }) {
      return users.create({ name: user, email, passwordHash: await hashPassword(password) });
    },
    async logIn(email, password) {
      const user = await users.findByEmail(email);
      const matches = await verifyPassword(password, user?.passwordHash ?? NOBODYS_HASH);
      if (!user || !matches) throw new AppError('unauthenticated', 'Email or password is wrong.');
      return openSession(user, randomUUID());
    },
    async refresh(refreshToken) {
      const used = await refreshTokens.use(hashOf(refreshToken));
      if (!used || used.reused) {
        if (used) await refreshTokens.revokeFamily(used.token.family);
        throw new AppError('unauthenticated', 'The refresh token is not valid any more. Log in again.');
      }
      const user = await users.find(used.token.userId);
      if (!user) throw new AppError('unauthenticated', 'This user is no longer there.');
      return openSession(user, used.token.family);
    },
    async logOut(refreshToken) {
      const used = await refreshTokens.use(hashOf(refreshToken));
      if (used) await refreshTokens.revokeFamily(used.token.family);
    },
    async authenticate(token) {
      const principal = await tokens.verify(token);
      if (await users.exists(principal.userId)) return principal;
      throw new AppError('unauthenticated', 'This user is no longer there. Log in as another.');
    },
  };
}

function hashOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url');
}
