import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, UnsecuredJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { AppError } from '../runtime/errors.ts';

/** Address of the public keys for Google's OpenID Connect tokens. */
export const GOOGLE_KEYS = new URL('https://www.googleapis.com/oauth2/v3/certs');

/** Google's tokens have either issuer (OpenID Connect at Google, "Validating an ID token"). */
const ISSUERS = ['https://accounts.google.com', 'accounts.google.com'];

/** Replacement for a signature that Cloud Run has verified (Cloud Run, "Troubleshoot", signature removed). */
const REMOVED = 'SIGNATURE_REMOVED_BY_GOOGLE';

const CLAIMS = z.object({ email: z.string(), email_verified: z.literal(true) });

/** Verifies ID tokens of the service accounts that Pub/Sub, Eventarc and Cloud Scheduler use. */
export interface CallerTokens {
  /** Throws `unauthenticated`, and `unavailable` if the keys cannot be loaded. */
  verify(token: string): Promise<void>;
}

export interface CallerTokensOptions {
  audiences: readonly string[];
  /** Email addresses of the service accounts that may call. */
  callers: readonly string[];
  /**
   * Accepts the claims of a token whose signature Cloud Run has removed. True only if Cloud Run verifies every request
   * before it lets the request in: a service that is open to everyone also receives such tokens with forged claims.
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

/** Errors of jose about the token. Its other errors are about the keys, and a retry may help. */
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
  throw new AppError('unavailable', 'The keys that verify callers cannot be loaded.', { cause });
}

/** The reason appears only in the log. */
function refused(reason: string, cause = new Error(reason)): AppError {
  return new AppError('unauthenticated', 'This route is for internal callers, and needs a valid token.', {
    cause,
  });
}
