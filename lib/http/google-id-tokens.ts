import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, UnsecuredJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { AppError } from '../runtime/errors.ts';

/** Where Google publishes the keys that its OpenID Connect tokens are signed with. */
export const GOOGLE_KEYS = new URL('https://www.googleapis.com/oauth2/v3/certs');

/** Both stand in Google's tokens (OpenID Connect at Google, "Validating an ID token"). */
const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];

/** What Cloud Run puts in place of a signature that it has verified (Cloud Run, "Troubleshoot", signature removed). */
const REMOVED = 'SIGNATURE_REMOVED_BY_GOOGLE';

const CLAIMS = z.object({ email: z.string(), email_verified: z.literal(true) });

/** Knows the service accounts that Pub/Sub, Eventarc and Cloud Scheduler call as. */
export interface CallerTokens {
  /** Throws `unauthenticated`, and `unavailable` where the keys can't be had. */
  verify(token: string): Promise<void>;
}

export interface CallerTokensOptions {
  audiences: readonly string[];
  /** Email addresses of those who may call. */
  callers: readonly string[];
  /**
   * Believe the claims of a token whose signature Cloud Run has removed. True only where Cloud Run lets no request in
   * that it has not verified itself: a service that is open to everyone gets such tokens as anyone writes them.
   */
  signatureRemoved: boolean;
  /** Address of a JWK set. */
  keys: URL;
  clock: Clock;
}

export function createCallerTokens({
  audiences,
  callers,
  signatureRemoved,
  keys,
  clock,
}: CallerTokensOptions): CallerTokens {
  const keySet = createRemoteJWKSet(keys);
  const expected = () => ({
    issuer: ISSUERS,
    audience: [...audiences],
    currentDate: clock.now(),
    requiredClaims: ['exp', 'iat'],
    clockTolerance: 30,
  });
  const claimsOf = async (token: string): Promise<JWTPayload> => {
    if (signatureRemoved && token.endsWith(`.${REMOVED}`)) {
      return UnsecuredJWT.decode(new UnsecuredJWT(decodeJwt(token)).encode(), expected()).payload;
    }
    return (await jwtVerify(token, keySet, { ...expected(), algorithms: ['RS256'] })).payload;
  };

  return {
    async verify(token) {
      const claims = CLAIMS.safeParse(await claimsOf(token).catch(fail));
      if (!claims.success) throw refused('its email is not verified');
      if (!callers.includes(claims.data.email)) throw refused(`${claims.data.email} may not call`);
    },
  };
}

/** Everything else of jose's is about the keys, and may be mended by another try. */
const FAULTS_OF_TOKENS = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSMultipleMatchingKeys,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
];

function fail(cause: unknown): never {
  if (cause instanceof Error && FAULTS_OF_TOKENS.some((fault) => cause instanceof fault)) {
    throw refused(cause.message, cause);
  }
  throw new AppError('unavailable', 'The keys that verify callers can not be had.', { cause });
}

/** The reason is for the log only. */
function refused(reason: string, cause = new Error(reason)): AppError {
  return new AppError('unauthenticated', 'This is for internal callers, whose token must be good.', {
    cause,
  });
}
