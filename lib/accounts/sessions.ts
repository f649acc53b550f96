import type { User, UserStore } from '../ports/users.ts';
import { AppError } from '../runtime/errors.ts';
import { refuseGuessable } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import { type Principal, TOKEN_SECONDS, type Tokens } from './tokens.ts';

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

/** A `signal` aborts where the caller is gone; whatever still waits for its turn is given up then. */
export interface Auth {
  /** Throws `taken`, `invalid_request` for a password that is guessed first, and `unavailable` where too many wait. */
  signUp(signUp: SignUp, signal?: AbortSignal): Promise<User>;
  /**
   * Throws `unauthenticated`, in the same time and words for an unknown email and a wrong password, and `unavailable` where
   * too many wait.
   */
  logIn(email: string, password: string, signal?: AbortSignal): Promise<Session>;
  /** Trades a refresh token for a new session. One that was used more than 10 s before revokes all of the same log-in. */
  refresh(refreshToken: string): Promise<Session>;
  /** Revokes all that came of the same log-in; a token that is not known is fine. */
  logOut(refreshToken: string): Promise<void>;
  /** Throws `unauthenticated`, also where the user is no longer there. */
  authenticate(token: string): Promise<Principal>;
}

export interface AuthDependencies {
  users: UserStore;
  passwords: Passwords;
  refreshTokens: RefreshTokens;
  tokens: Tokens;
}

export function createAuth({ users, passwords, refreshTokens, tokens }: AuthDependencies): Auth {
  const openSession = async (user: User, refreshToken: string): Promise<Session> => {
    const token = await tokens.sign({ userId: user.id, email: user.email });
    return { token, refreshToken, expiresIn: TOKEN_SECONDS };
  };

  return {
    async signUp({ user: name, email, password }, signal) {
      await refuseGuessable(password, { name, email });
      const free = () => users.checkFree({ name, email });
      return users.create({ name, email, passwordHash: await passwords.hash(password, free, signal) });
    },
    async logIn(email, password, signal) {
      let user: User | undefined;
      const find = async () => {
        user = await users.findByEmail(email);
        return user?.passwordHash;
      };
      const matches = await passwords.verify(password, find, signal);
      if (!user || !matches) throw new AppError('unauthenticated', 'Email or password is wrong.');
      return openSession(user, await refreshTokens.issue(user.id));
    },
    async refresh(presented) {
      const rotated = await refreshTokens.rotate(presented);
      if (!rotated)
        throw new AppError('unauthenticated', 'The refresh token is not valid any more. Log in again.');
      const user = await users.find(rotated.userId);
      if (!user) throw new AppError('unauthenticated', 'This user is no longer there.');
      return openSession(user, rotated.refreshToken);
    },
    logOut: (refreshToken) => refreshTokens.revoke(refreshToken),
    async authenticate(token) {
      const principal = await tokens.verify(token);
      if (await users.exists(principal.userId)) return principal;
      throw new AppError('unauthenticated', 'This user is no longer there. Log in as another.');
    },
  };
}
