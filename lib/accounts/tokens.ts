import {
  createLocalJWKSet,
  importJWK,
  type JWTPayload,
  errors as joseErrors,
  jwtVerify,
  SignJWT,
} from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { AppError } from '../runtime/errors.ts';
import { MOST_INTEGER, wholeNumber } from '../runtime/whole-number.ts';

export const JWT_ALGORITHM = 'ES256';

/** Lifetime of an access token in seconds. */
export const TOKEN_SECONDS = 3600;

const ISSUER = 'tonemill';
const AUDIENCE = 'tonemill-api';
const UPLOAD_AUDIENCE = 'tonemill-upload';

/** User of a request. */
export interface Principal {
  userId: number;
  email: string;
}

/** Signs and verifies access tokens, with the claims of RFC 9068 that one service needs. */
export interface Tokens {
  sign(principal: Principal): Promise<string>;
  /** Throws `unauthenticated` for any text but a valid, unexpired token of this service. */
  verify(token: string): Promise<Principal>;
  /** A token with the right to send the original of one task, and no other right. */
  signUpload(taskId: number, expiresAt: Date): Promise<string>;
  /**
   * The task id of an upload token. Throws `upload_gone` if the token has expired, `unauthenticated` if it is not
   * valid.
   */
  verifyUpload(token: string): Promise<number>;
  /** JWK set of the public keys. */
  readonly publicKeys: PublicKeys;
}

/** JWK set (RFC 7517) of EC keys. */
export interface PublicKeys {
  keys: { kty: 'EC'; crv: string; x: string; y: string; kid: string; alg: string; use: string }[];
}

const PRIVATE_KEY = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
});
const KEY_SET = z.object({ keys: z.array(PRIVATE_KEY).min(1) });
const SUBJECT = z.object({ sub: wholeNumber(1, MOST_INTEGER) });
const CLAIMS = SUBJECT.extend({ email: z.string(), exp: z.number() });

/**
 * Maximum number of verified tokens in the cache: the check of a signature costs more than the rest of a small
 * request.
 */
const REMEMBERED = 1000;

/**
 * @param keys JWK set of private EC P-256 keys as JSON: the first signs, all verify
 * Throws `misconfigured` for any other text.
 */
export async function createTokens(keys: string, clock: Clock): Promise<Tokens> {
  const privateKeys = parseKeys(keys);
  const [first] = privateKeys;
  const signer = await importJWK({ ...first, alg: JWT_ALGORITHM });
  const publicKeys = { keys: privateKeys.map(publicHalf) };
  const keySet = createLocalJWKSet(publicKeys);
  const seconds = () => Math.floor(clock.now().getTime() / 1000);
  const sign = (audience: string, subject: number, expiry: number, claims: JWTPayload = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: JWT_ALGORITHM, kid: first.kid, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setSubject(String(subject))
      .setIssuedAt(seconds())
      .setExpirationTime(expiry)
      .sign(signer);
  const verify = async <T extends z.ZodType>(audience: string, claims: T, token: string) => {
    const { payload } = await jwtVerify(token, keySet, {
      algorithms: [JWT_ALGORITHM],
      issuer: ISSUER,
      audience,
      currentDate: clock.now(),
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    return claims.parse(payload);
  };
  const remembered = new LRUCache<string, { principal: Principal; exp: number }>({ max: REMEMBERED });
  return {
    publicKeys,
    sign: ({ userId, email }) => sign(AUDIENCE, userId, seconds() + TOKEN_SECONDS, { email }),
    async verify(token) {
      const known = remembered.get(token);
      if (known && seconds() < known.exp) return known.principal;
      const { sub, email, exp } = await verify(AUDIENCE, CLAIMS, token).catch(refuse(invalid));
      const principal = { userId: sub, email };
      remembered.set(token, { principal, exp });
      return principal;
    },
    signUpload: (taskId, expiresAt) => sign(UPLOAD_AUDIENCE, taskId, Math.ceil(expiresAt.getTime() / 1000)),
    async verifyUpload(token) {
      const { sub } = await verify(UPLOAD_AUDIENCE, SUBJECT, token).catch(refuse(invalidUpload));
      return sub;
    },
  };
}

/** Turns errors of the libraries about a token into one `AppError`; any other error passes through. */
function refuse(refusal: (cause: unknown) => AppError): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof joseErrors.JOSEError || cause instanceof z.ZodError) throw refusal(cause);
    throw cause;
  };
}

function parseKeys(keys: string): [z.output<typeof PRIVATE_KEY>, ...z.output<typeof PRIVATE_KEY>[]] {
  const sentence = 'JWT_PRIVATE_KEYS must be a JWK set of private EC P-256 keys, each with a kid.';
  try {
    const [first, ...others] = KEY_SET.parse(JSON.parse(keys)).keys;
    if (first) return [first, ...others];
  } catch {
    // The error message of the parser may contain the key.
  }
  throw new AppError('misconfigured', sentence);
}

function publicHalf({ kty, crv, x, y, kid }: z.output<typeof PRIVATE_KEY>): PublicKeys['keys'][number] {
  return { kty, crv, x, y, kid, alg: JWT_ALGORITHM, use: 'sig' };
}

function invalid(cause: unknown): AppError {
  const expired = cause instanceof joseErrors.JWTExpired;
  const sentence = expired
    ? 'The token has expired. Refresh it, or log in again.'
    : 'The token is not valid. Log in.';
  return new AppError('unauthenticated', sentence, { cause });
}

function invalidUpload(cause: unknown): AppError {
  if (cause instanceof joseErrors.JWTExpired)
    return new AppError('upload_gone', 'The time for this upload is over. Open a new upload session.', {
      cause,
    });
  return new AppError(
    'unauthenticated',
    'This is not the URL of an upload. Use the URL of the answer unchanged.',
    {
      cause,
    },
  );
}
