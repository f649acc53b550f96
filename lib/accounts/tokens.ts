import { createHash } from 'node:crypto';
import { type JWTPayload, errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { SCOPES, type Scope } from '../ports/api-keys.ts';
import type { Clock } from '../ports/clock.ts';
import { AppError } from '../runtime/errors.ts';
import { MOST_INTEGER, wholeNumber } from '../runtime/whole-number.ts';
import { JWT_ALGORITHM, openSigningKeys, type PublicKeys, type SigningKeys } from './signing-keys.ts';

/** Lifetime of an access token in seconds. */
export const TOKEN_SECONDS = 3600;

const ISSUER = 'tonemill';
const AUDIENCE = 'tonemill-api';
const UPLOAD_AUDIENCE = 'tonemill-upload';
const TICKET_AUDIENCE = 'tonemill-ticket';

/** User of a request. */
export interface Principal {
  userId: number;
  email: string;
  /** Rights of the request: all with an access token, those of the key with an API key. */
  scopes: readonly Scope[];
  /** As that of `User`, of an access token; absent with an API key. */
  epoch?: number;
}

/** Signs and verifies access tokens, with the claims of RFC 9068 that one service needs. */
export interface Tokens {
  /** @param user the epoch is that of `User` */
  sign(user: { userId: number; email: string; epoch: number }): Promise<string>;
  /** Throws `unauthenticated` for any text but a valid, unexpired token of this service. */
  verify(token: string): Promise<Principal & { epoch: number }>;
  /** A token with the right to send the original of one task, and no other right. */
  signUpload(taskId: number, expiresAt: Date): Promise<string>;
  /**
   * The task id of an upload token. Throws `upload_gone` if the token has expired, `unauthenticated` if it is not
   * valid.
   */
  verifyUpload(token: string): Promise<number>;
  /** A token with the right to read one file of a user, for 15 minutes. @param file its path, and its query if it has one */
  signTicket(principal: Principal, file: string): Promise<{ ticket: string; expiresAt: Date }>;
  /** The user of a ticket for a file. Throws `unauthenticated`, also if it is for another file. */
  verifyTicket(ticket: string, file: string): Promise<Principal>;
  /** JWK set of the public keys. */
  publicKeys(): Promise<PublicKeys>;
}

const SUBJECT = z.object({ sub: wholeNumber(1, MOST_INTEGER) });
const CLAIMS = SUBJECT.extend({ email: z.string(), epoch: z.int().default(0), exp: z.number() });
const TICKET_CLAIMS = SUBJECT.extend({ email: z.string(), epoch: z.int().optional(), file: z.string() });

/** Lifetime of a ticket in seconds, as of the signed addresses of the object storage. */
const TICKET_SECONDS = 900;

/**
 * Maximum number of verified tokens in the cache: the check of a signature costs more than the rest of a small
 * request.
 */
const REMEMBERED = 1000;

/**
 * @param keys JWK set of private EC P-256 keys as JSON, or keys that may be rotated
 * Throws `misconfigured` for any other text.
 */
export async function createTokens(keys: string | SigningKeys, clock: Clock): Promise<Tokens> {
  const { signer, verifier, publicKeys } =
    typeof keys === 'string' ? await openSigningKeys(async () => keys, clock) : keys;
  const seconds = () => Math.floor(clock.now().getTime() / 1000);
  const sign = async (audience: string, subject: number, expiry: number, claims: JWTPayload = {}) => {
    const { kid, key } = await signer();
    return new SignJWT(claims)
      .setProtectedHeader({ alg: JWT_ALGORITHM, kid, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setSubject(String(subject))
      .setIssuedAt(seconds())
      .setExpirationTime(expiry)
      .sign(key);
  };
  const verify = async <T extends z.ZodType>(audience: string, claims: T, token: string) => {
    const { payload } = await jwtVerify(token, verifier, {
      algorithms: [JWT_ALGORITHM],
      issuer: ISSUER,
      audience,
      currentDate: clock.now(),
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    return claims.parse(payload);
  };
  const remembered = new LRUCache<string, { principal: Principal & { epoch: number }; exp: number }>({
    max: REMEMBERED,
  });
  return {
    publicKeys,
    sign: ({ userId, email, epoch }) => sign(AUDIENCE, userId, seconds() + TOKEN_SECONDS, { email, epoch }),
    async verify(token) {
      const known = remembered.get(token);
      if (known && seconds() < known.exp) return known.principal;
      const { sub, email, epoch, exp } = await verify(AUDIENCE, CLAIMS, token).catch(refuse(invalid));
      const principal = { userId: sub, email, epoch, scopes: SCOPES };
      remembered.set(token, { principal, exp });
      return principal;
    },
    signUpload: (taskId, expiresAt) => sign(UPLOAD_AUDIENCE, taskId, Math.ceil(expiresAt.getTime() / 1000)),
    async verifyUpload(token) {
      const { sub } = await verify(UPLOAD_AUDIENCE, SUBJECT, token).catch(refuse(invalidUpload));
      return sub;
    },
    async signTicket({ userId, email, epoch }, file) {
      const expiry = seconds() + TICKET_SECONDS;
      const claims = { email, file: hashOf(file), ...(epoch !== undefined && { epoch }) };
      return {
        ticket: await sign(TICKET_AUDIENCE, userId, expiry, claims),
        expiresAt: new Date(expiry * 1000),
      };
    },
    async verifyTicket(ticket, file) {
      const claims = await verify(TICKET_AUDIENCE, TICKET_CLAIMS, ticket).catch(refuse(invalidTicket));
      if (claims.file !== hashOf(file)) throw invalidTicket();
      const { sub: userId, email, epoch } = claims;
      return { userId, email, scopes: ['tasks:read'], ...(epoch !== undefined && { epoch }) };
    },
  };
}

/** A thousand ids would make a ticket as long as a request may be. */
function hashOf(file: string): string {
  return createHash('sha256').update(file).digest('base64url');
}

/** Turns errors of the libraries about a token into one `AppError`; any other error passes through. */
function refuse(refusal: (cause: unknown) => AppError): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof joseErrors.JOSEError || cause instanceof z.ZodError) throw refusal(cause);
    throw cause;
  };
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

function invalidTicket(cause?: unknown): AppError {
  const expired = cause instanceof joseErrors.JWTExpired;
  const sentence = expired
    ? 'The time of this address is over. Ask for another ticket.'
    : 'The ticket is not valid for this file. Use the URL of the answer unchanged.';
  return new AppError('unauthenticated', sentence, { cause });
}
