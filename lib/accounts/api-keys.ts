import type { ApiKey, ApiKeyStore, Scope } from '../ports/api-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Creation } from '../ports/idempotency.ts';
import { AppError } from '../runtime/errors.ts';
import { hashOfKey, isKeyText, newKeyText } from './api-key-text.ts';
import type { Principal } from './tokens.ts';

/** Maximum number of keys of one user. */
const MOST_KEYS = 100;

/** Seconds between two records of the last use. */
const RECORDED = 60;

export interface RequestedKey {
  name: string;
  scopes: readonly Scope[];
  /** Null: never. */
  expiresAt: Date | null;
}

export interface ApiKeys {
  /**
   * Makes a key; only this answer has its text. Throws `insufficient_scope` if the caller lacks one of the scopes,
   * `invalid_request` for a time in the past or too many keys.
   * @param creation of a request that may come again: the key of an earlier attempt without an answer is replaced
   */
  create(
    caller: Principal,
    requested: RequestedKey,
    creation?: Creation,
  ): Promise<{ text: string; key: ApiKey }>;
  list(userId: number): Promise<ApiKey[]>;
  /** Throws `not_found`, also for a key of another user. */
  remove(userId: number, id: number): Promise<ApiKey>;
  /** The user and the rights of a key. Throws `unauthenticated`, `suspended`. */
  authenticate(text: string): Promise<Principal>;
}

export function createApiKeys(store: ApiKeyStore, clock: Clock): ApiKeys {
  return {
    async create({ userId, scopes: own }, { name, scopes, expiresAt }, creation) {
      const missing = scopes.filter((scope) => !own.includes(scope));
      if (missing.length > 0) throw insufficientScope(missing);
      if (expiresAt && expiresAt <= clock.now()) throw refused('expiresAt', 'expected a time in the future');
      const text = newKeyText();
      const key = await store.add(
        { userId, name, scopes, expiresAt, hash: hashOfKey(text), requestId: creation?.id },
        MOST_KEYS,
      );
      if (!key) throw refused('name', `expected at most ${MOST_KEYS} keys; remove one first`);
      return { text, key };
    },
    list: (userId) => store.list(userId),
    async remove(userId, id) {
      const key = await store.remove(userId, id);
      if (!key) throw new AppError('not_found', 'This API key does not exist.');
      return key;
    },
    async authenticate(text) {
      const found = isKeyText(text) ? await store.find(hashOfKey(text)) : undefined;
      if (!found) throw new AppError('unauthenticated', 'The API key is not valid, or was removed.');
      const { key, email, isSuspended } = found;
      if (isSuspended) throw new AppError('suspended', 'The account of this API key is suspended.');
      const now = clock.now();
      if (key.expiresAt && key.expiresAt <= now)
        throw new AppError('unauthenticated', `The API key expired at ${key.expiresAt.toISOString()}.`);
      if (isOld(key.lastUsedAt, now)) await store.touch(key.id, now);
      return { userId: key.userId, email, scopes: key.scopes };
    },
  };
}

/** Error of a caller without a right. */
export function insufficientScope(missing: readonly Scope[]): AppError {
  const sentence = `The API key lacks ${missing.join(' and ')}. Make a key with it, or log in.`;
  return new AppError('insufficient_scope', sentence);
}

function isOld(lastUsedAt: Date | null, now: Date): boolean {
  return !lastUsedAt || now.getTime() - lastUsedAt.getTime() >= RECORDED * 1000;
}

function refused(path: string, message: string): AppError {
  const details = [{ path, message }];
  return new AppError('invalid_request', `The request is not valid. ${path}: ${message}.`, { details });
}
