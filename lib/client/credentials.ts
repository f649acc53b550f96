import { errorOf, TonemillError } from './errors.ts';
import type { components } from './schema.ts';

export type Session = components['schemas']['Session'];

/** The right by which requests are sent: an API key, or a session that is renewed. */
export interface Credentials {
  /** The token for `Authorization: Bearer`; undefined before a log-in. */
  token(): string | undefined;
  /** Replaces a token that was refused; false if that is not possible. Calls at once share one request. */
  renew(refused: string | undefined): Promise<boolean>;
  /** Sets the session after a log-in, or forgets it. */
  set(session: Session | undefined): void;
  /** Forgets the session, and renews none before the service was told. */
  end(tell: () => Promise<void>): Promise<void>;
  /** The session as it is now. */
  session(): Session | undefined;
}

export interface CredentialOptions {
  apiKey?: string | undefined;
  session?: Session | undefined;
  /** Receives each new session, to be stored, and undefined at its end. */
  onSession?: ((session: Session | undefined) => void) | undefined;
  /** Whether the refresh token is in a cookie, so that a session may be renewed without one here. */
  cookie: boolean;
}

/** @param refresh sends a refresh token, or the cookie that has it */
export function createCredentials(
  { apiKey, session: first, onSession, cookie }: CredentialOptions,
  refresh: (refreshToken: string | undefined) => Promise<Response>,
): Credentials {
  let session = first;
  let renewing: Promise<boolean> | undefined;
  let isEnding = false;
  /** Counts log-ins and ends: a renewal that began before one of them changes nothing any more. */
  let changes = 0;
  const set = (next: Session | undefined) => {
    session = next;
    changes += 1;
    onSession?.(next);
  };
  return {
    token: () => apiKey ?? session?.token,
    session: () => session,
    set,
    async end(tell) {
      set(undefined);
      isEnding = true;
      await tell().finally(() => {
        isEnding = false;
      });
    },
    async renew(refused) {
      if (apiKey !== undefined) return false;
      if (session !== undefined && session.token !== refused) return true;
      if (isEnding) return false;
      renewing ??= renewed().finally(() => {
        renewing = undefined;
      });
      return renewing;
    },
  };

  async function renewed(): Promise<boolean> {
    if (session?.refreshToken === undefined && !cookie) return false;
    const before = changes;
    const response = await refresh(session?.refreshToken);
    if (response.ok) {
      const next = await response.json();
      if (!isSession(next)) throw new TonemillError('unexpected_answer', 'The answer has no session.');
      if (changes === before) set(next);
      return session !== undefined;
    }
    if (response.status !== 401) throw await errorOf(response);
    await response.body?.cancel();
    if (changes === before) set(undefined);
    return session !== undefined;
  }
}

function isSession(body: unknown): body is Session {
  return typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string';
}
