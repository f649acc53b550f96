import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Session } from '../accounts/sessions.ts';
import { AppError } from '../runtime/errors.ts';
import { isByHttps } from './own-address.ts';

/**
 * Header by which a page asks for its refresh token in a cookie. A form of another site cannot send it, and a script of
 * another site only after a preflight.
 */
export const SESSION_HEADER = 'X-Session';

const NAME = 'tonemill_refresh';

/** Only the routes that exchange the token receive it. */
const PATH = '/api/auth';

/** Lifetime of the cookie in seconds: that of a refresh token. */
const MAX_AGE = 30 * 86_400;

/** A session as its answer shows it: without the refresh token if that went into the cookie. */
type ShownSession = Omit<Session, 'refreshToken'> & Partial<Pick<Session, 'refreshToken'>>;

/** Puts the refresh token into a cookie, which scripts cannot read, if the request asks for it. */
export function sessionAnswer(c: Context, session: Session): ShownSession {
  if (!usesCookie(c)) return session;
  const { refreshToken, ...shown } = session;
  setCookie(c, NAME, refreshToken, { ...attributes(c), maxAge: MAX_AGE });
  return shown;
}

/** The refresh token of a request: of its body, or of its cookie. Throws `unauthenticated` without one. */
export function presentedToken(c: Context, given: string | undefined): string {
  const token = given ?? (usesCookie(c) ? getCookie(c, NAME) : undefined);
  if (token !== undefined) return token;
  const sentence = `Send refreshToken in the body, or the cookie of a log-in with ${SESSION_HEADER}: cookie.`;
  throw new AppError('unauthenticated', sentence);
}

export function forgetCookie(c: Context): void {
  if (usesCookie(c)) deleteCookie(c, NAME, attributes(c));
}

/** Throws `unauthenticated` for a request that a page of another site sends. */
function usesCookie(c: Context): boolean {
  if (c.req.header(SESSION_HEADER) !== 'cookie') return false;
  if (isOwnPage(c)) return true;
  throw new AppError('unauthenticated', 'Only a page of this service may use a session in a cookie.');
}

/** By Fetch Metadata, or by the origin in browsers without it; a client that sends neither is no browser. */
function isOwnPage({ req }: Context): boolean {
  const site = req.header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = req.header('Origin');
  return origin === undefined || URL.parse(origin)?.host === new URL(req.url).host;
}

function attributes(c: Context) {
  return { path: PATH, httpOnly: true, sameSite: 'Strict', secure: isByHttps(c) } as const;
}
