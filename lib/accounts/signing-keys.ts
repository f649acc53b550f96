import {
  type CryptoKey,
  createLocalJWKSet,
  importJWK,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
  errors as joseErrors,
} from 'jose';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { AppError } from '../runtime/errors.ts';

export const JWT_ALGORITHM = 'ES256';

/** JWK set (RFC 7517) of EC keys. */
export interface PublicKeys {
  keys: { kty: 'EC'; crv: string; x: string; y: string; kid: string; alg: string; use: string }[];
}

/** The keys of a service, which can be rotated while it runs. */
export interface SigningKeys {
  /** The key that signs at this moment. */
  signer(): Promise<{ kid: string; key: CryptoKey | Uint8Array }>;
  /** Finds the public key of a token; reads the set again for a key that it does not know. */
  verifier: JWTVerifyGetKey;
  publicKeys(): Promise<PublicKeys>;
  /** Secrets of the keys, the newest first, for other secrets that all processes of the API share. */
  secrets(): readonly [string, ...string[]];
}

const PRIVATE_KEY = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
  /** Time from which the key signs; a key without one has always signed. */
  signs_from: z.iso.datetime({ offset: true }).optional(),
});
const KEY_SET = z.object({ keys: z.array(PRIVATE_KEY).min(1) });

type PrivateKey = z.output<typeof PRIVATE_KEY>;

/** Keys, the newest first. */
export type KeyList = readonly [PrivateKey, ...PrivateKey[]];

/** Milliseconds after which the set is read again, and after which an unknown key makes that happen. */
const FRESH = { known: 60_000, unknown: 1000 };

/** Milliseconds for which a key verifies after its successor began to sign: longer than any token, those of uploads among them. */
const VERIFIES = 48 * 3_600_000;

/** @param read a JWK set of private EC P-256 keys as JSON, the newest first. Throws `misconfigured` for any other text. */
export async function openSigningKeys(read: () => Promise<string>, clock: Clock): Promise<SigningKeys> {
  let keys = parseKeys(await read());
  const now = () => clock.now().getTime();
  let readAt = now();
  const imported = new Map<string, CryptoKey | Uint8Array>();

  const refresh = async (fresh: number) => {
    const age = now() - readAt;
    // A clock that was set back must not stop the reading.
    if (age >= 0 && age < fresh) return;
    readAt = now();
    keys = parseKeys(await read());
  };
  const publicKeys = () => ({ keys: validKeys(keys, clock.now()).map(publicHalf) });
  let known = { kids: '', find: createLocalJWKSet({ keys: [] }) };
  /** The same set for the same keys, since it keeps them in the form that verifies. */
  const keySet = () => {
    const set = publicKeys();
    const kids = set.keys.map(({ kid }) => kid).join(' ');
    if (kids !== known.kids) known = { kids, find: createLocalJWKSet(set) };
    return known.find;
  };
  return {
    async signer() {
      await refresh(FRESH.known);
      const key = signingKey(keys, clock.now());
      const usable = imported.get(key.kid) ?? (await importJWK({ ...key, alg: JWT_ALGORITHM }));
      imported.set(key.kid, usable);
      return { kid: key.kid, key: usable };
    },
    async verifier(header: JWTHeaderParameters, token) {
      try {
        return await keySet()(header, token);
      } catch (error) {
        if (!(error instanceof joseErrors.JWKSNoMatchingKey)) throw error;
        await refresh(FRESH.unknown);
        return keySet()(header, token);
      }
    },
    async publicKeys() {
      await refresh(FRESH.known);
      return publicKeys();
    },
    secrets() {
      const [first, ...others] = keys;
      return [first.d, ...others.map(({ d }) => d)];
    },
  };
}

/**
 * A set with one more key, without those that no token needs any more.
 * @param keys as those of `openSigningKeys`
 * @param added a JWK set with the new key
 * @param signsFrom time from which the new key signs; all processes must know it by then
 */
export function rotatedKeys(keys: string, added: string, now: Date, signsFrom: Date): string {
  const [newest] = parseKeys(added);
  const kept: KeyList = [{ ...newest, signs_from: signsFrom.toISOString() }, ...parseKeys(keys)];
  return JSON.stringify({ keys: validKeys(kept, now) });
}

/** Throws `misconfigured` for anything but a set of private keys. */
function parseKeys(keys: string): KeyList {
  const sentence = 'JWT_PRIVATE_KEYS must be a JWK set of private EC P-256 keys, each with a kid.';
  try {
    const [first, ...others] = KEY_SET.parse(JSON.parse(keys)).keys;
    if (first) return [first, ...others];
  } catch {
    // The error message of the parser may contain the key.
  }
  throw new AppError('misconfigured', sentence);
}

function signingKey(keys: KeyList, now: Date): PrivateKey {
  return keys.find((key) => startOf(key) <= now.getTime()) ?? keys[0];
}

/** Keys whose tokens may still be in use: each until some time after the next newer one began to sign. */
function validKeys(keys: KeyList, now: Date): PrivateKey[] {
  return keys.filter((_, index) => {
    const newer = keys[index - 1];
    return !newer || startOf(newer) + VERIFIES > now.getTime() || newer.signs_from === undefined;
  });
}

function startOf({ signs_from: from }: PrivateKey): number {
  return from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
}

function publicHalf({ kty, crv, x, y, kid }: PrivateKey): PublicKeys['keys'][number] {
  return { kty, crv, x, y, kid, alg: JWT_ALGORITHM, use: 'sig' };
}
