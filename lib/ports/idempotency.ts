import { AppError } from '../runtime/errors.ts';

/** Hours for which the answer to a request with an Idempotency-Key is kept. */
export const KEPT_HOURS = 24;

/** A request that creates something, for all of its attempts under one Idempotency-Key. */
export interface Creation {
  id: string;
  /** Whether an earlier attempt ended without an answer, and may have created it. */
  isResumed: boolean;
}

/** Row of one key of one user. */
export interface KeyOwner {
  userId: number;
  /** SHA-256 of the key, so that a stolen table does not have the key that opens the answer. */
  keyHash: string;
}

export interface KeyedRequest extends KeyOwner {
  /** Method and path. */
  route: string;
  /** Hash of all that the request says; undefined until its body is read. */
  fingerprint: string | undefined;
}

/** Right of one attempt to carry the request out. */
export interface KeyClaim extends KeyOwner {
  claim: string;
}

/**
 * - `claimed`: this attempt carries the request out
 * - `running`: another attempt does
 * - `reused`: the key belongs to another request
 * - `finished`: the request has its answer
 */
export type ClaimedKey =
  | { state: 'claimed'; claim: KeyClaim; creation: Creation }
  | { state: 'running' }
  | { state: 'reused' }
  | { state: 'finished'; fingerprint: string; answer: Buffer };

/** Requests by the Idempotency-Key of their users, for all processes. */
export interface IdempotencyStore {
  /**
   * Claims a key that is new, expired, or whose attempt has ended without an answer.
   * @param seconds after which the claim ends, unless it is renewed
   * Throws `unauthenticated` if the user no longer exists.
   */
  claim(request: KeyedRequest, seconds: number): Promise<ClaimedKey>;
  /** Prolongs a claim; false if another attempt has it. */
  renew(claim: KeyClaim, seconds: number): Promise<boolean>;
  /**
   * Records the fingerprint of a body that was read after the claim.
   * @returns `reused` if an earlier attempt had another one; `lost` if another attempt has the claim
   */
  bind(claim: KeyClaim, fingerprint: string): Promise<'bound' | 'reused' | 'lost'>;
  /** Keeps the answer, and ends the claim. */
  finish(claim: KeyClaim, answer: Buffer): Promise<void>;
  /**
   * Ends a claim without an answer.
   * @param nothingMade whether this attempt has surely made nothing: the key is then new again, unless it was resumed
   */
  release(claim: KeyClaim, nothingMade: boolean): Promise<void>;
}

/** Error of a key whose first request still runs. */
export function keyInUse(): AppError {
  const sentence = 'The first request with this Idempotency-Key still runs. Send it again in a second.';
  return new AppError('idempotency_key_in_use', sentence, { retryAfter: 1 });
}

/** Error of a key that came with another request before. */
export function keyReused(): AppError {
  const sentence = `This Idempotency-Key came with another request within ${KEPT_HOURS} hours: its route, its body or the rights of its caller differ. Expected the same request, or another key.`;
  return new AppError('idempotency_key_reused', sentence);
}
