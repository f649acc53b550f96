import { type Api, answerOf, type Body, byId, type Call, options, type Schemas } from './api.ts';
import type { Credentials, Session } from './credentials.ts';
import { orGone, TonemillError } from './errors.ts';

export interface NewUser {
  name: string;
  email: string;
  password: string;
  /** Text of an invitation. */
  invitation?: string | undefined;
}

/** The ways to a session, and its end. */
export interface Sessions {
  /** Sends one request: after `network` the user may exist, and a repetition would throw `taken`. */
  signUp(user: NewUser, call?: Call): Promise<void>;
  logIn(email: string, password: string, call?: Call): Promise<Session>;
  /** Opens a session of a new guest, where the service has guests. */
  logInAsGuest(call?: Call): Promise<Session>;
  /** Whether the service can restore a backup: it has no users, and is on this machine. */
  isRestorable(call?: Call): Promise<boolean>;
  /** Restores a backup into such a service; with a session if its only user is a guest. */
  restore(backup: Blob, call?: Call): Promise<Schemas['Restored']>;
  /** Opens a session of the user whom a proxy has logged in, where the service trusts one. */
  signOn(call?: Call): Promise<Session>;
  /** Renews the session, by the cookie of an earlier log-in for example; undefined if there is none. */
  resume(): Promise<Session | undefined>;
  /** Ends the session here, also if the service cannot be told, which throws. */
  logOut(call?: Call): Promise<void>;
}

/** The account of the user. */
export interface Account {
  get(call?: Call): Promise<Schemas['Account']>;
  /** Changes name, email or password; a new password ends all other sessions. The client goes on with a new session. */
  change(change: Body<'changeAccount'>, call?: Call): Promise<Schemas['User']>;
  /** Removes the user with all tasks and files. A guest has no password. */
  remove(password?: string, call?: Call): Promise<void>;
}

/** API keys of the user. */
export interface Keys {
  list(call?: Call): Promise<Schemas['ApiKey'][]>;
  /** Makes a key; only this answer has its text. */
  create(key: Body<'createApiKey'>, call?: Call): Promise<Schemas['CreatedApiKey']>;
  /** Removes a key; one that does not exist any more counts as removed. */
  remove(id: number, call?: Call): Promise<void>;
}

/** @param headers of the requests that open a session */
export function createSessions(
  api: Api,
  credentials: Credentials,
  headers: Readonly<Record<string, string>>,
): Sessions & { account: Account } {
  const opened = (session: Session) => {
    credentials.set(session);
    return session;
  };
  return {
    async signUp({ name: user, email, password, invitation }, call) {
      const person = { user, email, password1: password, password2: password };
      const body = { ...person, ...(invitation !== undefined && { invitation }) };
      await answerOf(api.POST('/api/auth/signup', { body, ...options(call) }));
    },
    async logIn(email, password, call) {
      const init = { body: { email, password }, headers, ...options(call) };
      return opened(await answerOf(api.POST('/api/auth/login', init)));
    },
    async logInAsGuest(call) {
      return opened(await answerOf(api.POST('/api/auth/guest', { headers, ...options(call) })));
    },
    isRestorable: async (call) => (await answerOf(api.GET('/api/auth/restore', options(call)))).isOffered,
    async restore(backup, call) {
      const file = { body: '', bodySerializer: () => backup, redirect: 'error' } as const;
      const sent = { ...headers, 'Content-Type': 'application/octet-stream' };
      const restored = await answerOf(
        api.POST('/api/auth/restore', { ...file, headers: sent, ...options(call) }),
      );
      if (restored.session) opened(restored.session);
      return restored;
    },
    async signOn(call) {
      return opened(await answerOf(api.POST('/api/auth/remote', { headers, ...options(call) })));
    },
    async resume() {
      await credentials.renew(credentials.token());
      return credentials.session();
    },
    async logOut(call) {
      const refreshToken = credentials.session()?.refreshToken;
      const body = refreshToken === undefined ? {} : { refreshToken };
      await credentials.end(async () => {
        await orEnded(answerOf(api.POST('/api/auth/logout', { body, headers, ...options(call) })));
      });
    },
    account: {
      get: (call) => answerOf(api.GET('/api/account', options(call))),
      async change(body, call) {
        const changed = await answerOf(api.PATCH('/api/account', { body, headers, ...options(call) }));
        if (credentials.session()) credentials.set(changed.session);
        return changed.account;
      },
      async remove(password, call) {
        const body = password === undefined ? {} : { password };
        await answerOf(api.DELETE('/api/account', { body, ...options(call) }));
        if (credentials.session()) credentials.set(undefined);
      },
    },
  };
}

/** A session that the service does not know any more counts as ended. */
async function orEnded(logOut: Promise<unknown>): Promise<void> {
  await logOut.catch((error: unknown) => {
    if (!(error instanceof TonemillError) || error.status !== 401) throw error;
  });
}

export function createKeys(api: Api): Keys {
  return {
    list: (call) => answerOf(api.GET('/api/auth/keys', options(call))),
    create: (body, call) => answerOf(api.POST('/api/auth/keys', { body, ...options(call) })),
    remove: (id, call) => orGone(answerOf(api.DELETE('/api/auth/keys/{id}', byId(id, call)))),
  };
}
