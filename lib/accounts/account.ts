import type { LogInLimits } from '../limits/log-in-limits.ts';
import { isGuest, type User, type UserStore } from '../ports/users.ts';
import { AppError } from '../runtime/errors.ts';
import { NOBODYS_HASH } from './argon2id.ts';
import type { EndedSessions } from './ended-sessions.ts';
import { refuseGuessable } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { Registrations } from './registration.ts';
import type { Auth, Client, Session } from './sessions.ts';

export interface AccountChange {
  /** The present password, if the user has one. */
  password?: string | undefined;
  newPassword?: string | undefined;
  email?: string | undefined;
  name?: string | undefined;
}

/** User of a request for an account. */
export interface AccountCaller {
  userId: number;
  /** Whether the request has an API key instead of a session. Without a password, nothing else would stop a stolen key. */
  byKey: boolean;
  client?: Client | undefined;
}

/** The account of a user. */
export interface Account {
  /** Throws `unauthenticated` if the user no longer exists. */
  get(userId: number): Promise<User>;
  /**
   * Changes the password, the email or the name. A new password ends all sessions; API keys stay. A guest becomes a user
   * by an email and a password, both at once. Throws `wrong_password`, `rate_limited`, `taken`, `insufficient_scope` for an API key of a
   * guest, `invalid_request` for a guessable or missing password, `sign_up_refused` for the
   * address of an administrator, and `unavailable` if too many hashes wait.
   * @returns the user and a new session
   */
  change(caller: AccountCaller, change: AccountChange): Promise<{ user: User; session: Session }>;
  /**
   * Removes all tasks with their files, and then the user. A repeated call goes on. Throws `wrong_password`, `rate_limited`,
   * and `insufficient_scope` for an API key of a guest.
   */
  remove(caller: AccountCaller, password: string | undefined): Promise<void>;
}

export interface AccountDependencies {
  users: UserStore;
  passwords: Passwords;
  auth: Pick<Auth, 'openSession'>;
  endedSessions: Pick<EndedSessions, 'forget'>;
  limits: Pick<LogInLimits, 'checked'>;
  registrations: Pick<Registrations, 'mustNotBeReserved'>;
  /** Removes the tasks of a user with their files. */
  removeTasks(user: User): Promise<void>;
}

export function createAccount(parts: AccountDependencies): Account {
  const { users, passwords, auth, endedSessions, limits, registrations, removeTasks } = parts;
  const get = async (userId: number) => existing(await users.find(userId));
  const confirmed = async (caller: AccountCaller, password: string | undefined) => {
    const { address, signal } = caller.client ?? {};
    const user = await get(caller.userId);
    if (!hasPassword(user) && caller.byKey) throw needsSession();
    if (!hasPassword(user)) return user;
    if (password === undefined) throw missing('password', 'expected the present password');
    const check = () => passwords.verify(password, async () => user.passwordHash, signal);
    if (await limits.checked(user.email, address, check)) return user;
    throw new AppError('wrong_password', 'The password is wrong.');
  };

  const change: Account['change'] = async (caller, asked) => {
    const { password, newPassword, email, name } = asked;
    const old = await confirmed(caller, password);
    if (isGuest(old)) mustBeComplete({ email, newPassword });
    else if (!hasPassword(old)) mustKeepSignOn({ email, newPassword });
    if (email !== undefined && email.toLowerCase() !== old.email.toLowerCase())
      registrations.mustNotBeReserved(email);
    const known = { name: name ?? old.name, email: email ?? old.email };
    if (newPassword !== undefined) await refuseGuessable(newPassword, known);
    const passwordHash =
      newPassword === undefined
        ? undefined
        : await passwords.hash(newPassword, undefined, caller.client?.signal);
    const user = await users.change(old, { name, email, passwordHash });
    // Another request was first: what confirmed this one may no longer do so.
    if (!user) return change(caller, asked);
    endedSessions.forget();
    return { user, session: await auth.openSession(user) };
  };

  return {
    get,
    change,
    async remove(caller, password) {
      const user = await confirmed(caller, password);
      await removeTasks(user);
      await users.remove(user.id);
    },
  };
}

/** Whether a user has a password: guests have none, nor have users whom only a proxy logs in. */
export function hasPassword({ passwordHash }: Pick<User, 'passwordHash'>): boolean {
  return passwordHash !== NOBODYS_HASH;
}

/** The proxy names the email, and would not find the user under another one. */
function mustKeepSignOn(change: Pick<AccountChange, 'email' | 'newPassword'>): void {
  const sentence = 'expected none, since a proxy logs this user in';
  if (change.email !== undefined) throw missing('email', sentence);
  if (change.newPassword !== undefined) throw missing('newPassword', sentence);
}

/** An email without a password would leave an account to which nobody can log in. */
function mustBeComplete({ email, newPassword }: Pick<AccountChange, 'email' | 'newPassword'>): void {
  const sentence = 'expected an email and a password, since a guest has neither';
  if (email === undefined) throw missing('email', sentence);
  if (newPassword === undefined) throw missing('newPassword', sentence);
}

function needsSession(): AppError {
  const sentence =
    'An API key cannot change or remove an account without a password. Use the session of the user.';
  return new AppError('insufficient_scope', sentence);
}

function missing(path: string, message: string): AppError {
  const details = [{ path, message }];
  return new AppError('invalid_request', `The request is not valid. ${path}: ${message}.`, { details });
}

function existing(user: User | undefined): User {
  if (!user) throw new AppError('unauthenticated', 'This user no longer exists. Log in as another user.');
  return user;
}
