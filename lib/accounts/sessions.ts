import type { User, UserStore } from '../ports/users.ts';
import { AppError } from '../runtime/errors.ts';
import { refuseGuessable } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import { type Principal, TOKEN_SECONDS, type Tokens } from './tokens.ts';

export interface Session {
  token: string;
  refreshToken: string;
  /** Seconds until `token` expires. */
  expiresIn: number;
}

export interface SignUp {
  user: string;
  email: string;
  password: string;
}

/** A `signal` aborts when the caller disconnects; a password that waits for its hash is then dropped. */
export interface Auth {
  /** Throws `taken`, `invalid_request` for a guessable password, and `unavailable` if too many hashes wait. */
  signUp(signUp: SignUp, signal?: AbortSignal): Promise<User>;
  /**
   * Throws `unauthenticated`, with the same time and text for an unknown email and a wrong password, and `unavailable`
   * if too many hashes wait.
   */
  logIn(email: string, password: string, signal?: AbortSignal): Promise<Session>;
  /**
   * Exchanges a refresh token for a new session. A token that was used more than 10 s before revokes all of its
   * log-in.
   */
  refresh(refreshToken: string): Promise<Session>;
  /** Revokes all refresh tokens of the same log-in; an unknown token is no error. */
  logOut(refreshToken: string): Promise<void>;
  /** Throws `unauthenticated`, also if the user no longer exists. */
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
        throw new AppError('unauthenticated', 'The refresh token is no longer valid. Log in again.');
      const user = await users.find(rotated.userId);
      if (!user) throw new AppError('unauthenticated', 'This user no longer exists.');
      return openSession(user, rotated.refreshToken);
    },
    logOut: (refreshToken) => refreshTokens.revoke(refreshToken),
    async authenticate(token) {
      const principal = await tokens.verify(token);
      if (await users.exists(principal.userId)) return principal;
      throw new AppError('unauthenticated', 'This user no longer exists. Log in as another user.');
    },
  };
}
