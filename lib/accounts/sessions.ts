import { randomBytes } from 'node:crypto';
import type { LogInLimits } from '../limits/log-in-limits.ts';
import type { RequestLimits } from '../limits/request-limits.ts';
import type { User, UserStore } from '../ports/users.ts';
import { AppError, hasCode } from '../runtime/errors.ts';
import { looksLikeKey } from './api-key-text.ts';
import type { ApiKeys } from './api-keys.ts';
import { NOBODYS_HASH } from './argon2id.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { refuseGuessable } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { RefreshTokens } from './refresh-tokens.ts';
import type { Registrations } from './registration.ts';
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
  /** Text of an invitation. */
  invitation?: string | undefined;
}

/** Client of a request. */
export interface Client {
  /** IP address. */
  address?: string | undefined;
  /** Aborts when the client disconnects; a password that waits for its hash is then dropped. */
  signal?: AbortSignal | undefined;
}

export interface Auth {
  /**
   * Throws `taken`, `invalid_request` for a guessable password, `rate_limited`, `sign_up_refused`, and `unavailable` if too
   * many hashes wait.
   */
  signUp(signUp: SignUp, client?: Client): Promise<User>;
  /**
   * Opens a session of the user with an email that a trusted proxy proves. An unknown one gets an account without a password.
   * Throws `taken` if somebody signed up with this email and did not prove it, since that may be a stranger, and `suspended`.
   */
  signOn(email: string): Promise<Session>;
  /** Opens a session of a new user without an email, to whom nobody can log in. */
  signUpGuest(): Promise<Session>;
  /**
   * Throws `unauthenticated`, with the same time and text for an unknown email and a wrong password, `rate_limited` after
   * too many of those, `suspended`, and `unavailable` if too many hashes wait.
   */
  logIn(email: string, password: string, client?: Client): Promise<Session>;
  /**
   * Exchanges a refresh token for a new session. A token that was used more than 10 s before revokes all of its
   * log-in.
   */
  refresh(refreshToken: string): Promise<Session>;
  /** Opens a session of a user who has proved the identity. */
  openSession(user: User): Promise<Session>;
  /** Revokes all refresh tokens of the same log-in; an unknown token is no error. */
  logOut(refreshToken: string): Promise<void>;
  /**
   * The user and the rights of an access token or an API key. Throws `unauthenticated`, also if the user no longer
   * exists, and `rate_limited`.
   */
  authenticate(token: string): Promise<Principal>;
  /** Verifies an access token without a look at its user, who may no longer exist. Throws as `authenticate`. */
  verify(token: string): Promise<Principal>;
  /** An address part with the right to read one file for some minutes; see `Tokens.signTicket`. */
  issueTicket(principal: Principal, file: string): Promise<{ ticket: string; expiresAt: Date }>;
  /** The user of a ticket for a file. Throws `unauthenticated`, also if the session that asked for it was ended. */
  admit(ticket: string, file: string): Promise<Principal>;
  /** Throws `unauthenticated` if the user no longer exists, or is suspended. */
  mustExist(principal: Principal): Promise<void>;
}

export interface AuthDependencies {
  users: UserStore;
  passwords: Passwords;
  refreshTokens: RefreshTokens;
  tokens: Tokens;
  apiKeys: Pick<ApiKeys, 'authenticate'>;
  endedSessions: Pick<EndedSessions, 'mustBeOpen'>;
  logInLimits: LogInLimits;
  requestLimits: Pick<RequestLimits, 'ofUser'>;
  registrations: Pick<Registrations, 'admit'>;
}

export function createAuth({
  users,
  passwords,
  refreshTokens,
  tokens,
  apiKeys,
  endedSessions,
  logInLimits,
  requestLimits,
  registrations,
}: AuthDependencies): Auth {
  const sessionOf = async (user: User, refreshToken: string): Promise<Session> => {
    const token = await tokens.sign({ userId: user.id, email: user.email, epoch: user.epoch });
    return { token, refreshToken, expiresIn: TOKEN_SECONDS };
  };

  const mustExist = async ({ userId }: Principal) => {
    if (await users.exists(userId)) return;
    throw new AppError('unauthenticated', 'This user does not exist any more, or is suspended.');
  };

  const openSession = async (user: User) => sessionOf(user, await refreshTokens.issue(user.id));
  const principalOf = async (token: string): Promise<Principal> => {
    if (looksLikeKey(token)) return apiKeys.authenticate(token);
    const principal = await tokens.verify(token);
    await endedSessions.mustBeOpen(principal);
    return principal;
  };
  const verify = async (token: string) => {
    const principal = await principalOf(token);
    await requestLimits.ofUser(principal.userId);
    return principal;
  };

  return {
    openSession,
    async signUp({ user: name, email, password, invitation: text }, { address, signal } = {}) {
      await refuseGuessable(password, { name, email });
      await logInLimits.signUp(address);
      const invitation = await registrations.admit(email, text);
      const free = () => users.checkFree({ name, email });
      const passwordHash = await passwords.hash(password, free, signal);
      return users.create({ name, email, passwordHash, invitation });
    },
    async signOn(email) {
      const user = (await users.findByEmail(email)) ?? (await createProven(users, email));
      if (!user.isProven) throw unproven();
      if (user.isSuspended) throw suspended();
      return openSession(user);
    },
    async signUpGuest() {
      const name = `guest-${randomBytes(6).toString('hex')}`;
      return openSession(await users.create({ name, email: '', passwordHash: NOBODYS_HASH }));
    },
    async logIn(email, password, { address, signal } = {}) {
      let user: User | undefined;
      const find = async () => {
        user = await users.findByEmail(email);
        return user?.passwordHash;
      };
      const matches = await logInLimits.checked(email, address, () =>
        passwords.verify(password, find, signal),
      );
      if (!user || !matches) throw new AppError('unauthenticated', 'Email or password is wrong.');
      if (user.isSuspended) throw suspended();
      return openSession(user);
    },
    async refresh(presented) {
      const rotated = await refreshTokens.rotate(presented);
      if (!rotated)
        throw new AppError('unauthenticated', 'The refresh token is no longer valid. Log in again.');
      const user = await users.find(rotated.userId);
      if (!user) throw new AppError('unauthenticated', 'This user no longer exists.');
      if (user.isSuspended) throw suspended();
      return sessionOf(user, rotated.refreshToken);
    },
    logOut: (refreshToken) => refreshTokens.revoke(refreshToken),
    async authenticate(token) {
      const principal = await verify(token);
      await mustExist(principal);
      return principal;
    },
    verify,
    issueTicket: (principal, file) => tokens.signTicket(principal, file),
    async admit(ticket, file) {
      const principal = await tokens.verifyTicket(ticket, file);
      const { epoch } = principal;
      if (epoch !== undefined) await endedSessions.mustBeOpen({ ...principal, epoch });
      await mustExist(principal);
      return principal;
    },
    mustExist,
  };
}

function suspended(): AppError {
  return new AppError('suspended', 'This account is suspended. Ask the operator of the service.');
}

/** A user whom a proxy logs in, under the name before the @ or, if somebody has that, one like it. */
async function createProven(users: UserStore, email: string): Promise<User> {
  const [local = ''] = email.split('@', 1);
  const create = (name: string) => users.create({ name, email, passwordHash: NOBODYS_HASH, isProven: true });
  try {
    return await create(local);
  } catch (error) {
    if (!hasCode(error, 'taken')) throw error;
    // Another request may have been first with the same user.
    return (await users.findByEmail(email)) ?? create(`${local}-${randomBytes(4).toString('hex')}`);
  }
}

function unproven(): AppError {
  const sentence =
    'Somebody signed up with this email by a password. The operator lets the proxy use that account by npm run invite.';
  return new AppError('taken', sentence);
}
