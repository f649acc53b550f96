import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { JWT_ALGORITHM, rotatedKeys } from '../accounts/signing-keys.ts';
import { AppError } from '../runtime/errors.ts';
import { lock } from '../runtime/file-lock.ts';
import { replaceSecretFile, secretFile } from '../runtime/secret-file.ts';

/** The JWK set of a data folder, as JSON. */
export function signingKeys(data: string): Promise<string> {
  return secretFile(keysFile(data), newSigningKeys);
}

/** Milliseconds for which one rotation waits for another. */
const PATIENCE = 5000;

/** Adds a key to the set of a data folder, which signs from now on. Throws `unavailable` during another rotation. */
export async function rotateKeysFile(data: string): Promise<void> {
  await signingKeys(data);
  const held = await lock(`${keysFile(data)}.lock`, PATIENCE);
  if (!held) throw new AppError('unavailable', 'Another process rotates the keys. Try again.');
  try {
    const now = new Date();
    const keys = await signingKeys(data);
    await replaceSecretFile(keysFile(data), rotatedKeys(keys, await newSigningKeys(), now, now));
  } finally {
    held.release();
  }
}

/** Milliseconds until a new key signs that processes get by their environment, so that all can be restarted before. */
const RESTARTS = 3_600_000;

/** The set of an environment with one more key. @returns the set, and the time from which the new key signs */
export async function rotatedEnvironment(keys: string): Promise<{ keys: string; signsFrom: Date }> {
  const now = new Date();
  const signsFrom = new Date(now.getTime() + RESTARTS);
  return { keys: rotatedKeys(keys, await newSigningKeys(), now, signsFrom), signsFrom };
}

function keysFile(data: string): string {
  return join(data, 'jwt-private-keys.json');
}

/** A JWK set with one new private key, as JSON. */
export async function newSigningKeys(): Promise<string> {
  const { privateKey } = await generateKeyPair(JWT_ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return JSON.stringify({ keys: [{ ...jwk, kid, alg: JWT_ALGORITHM, use: 'sig' }] });
}

/** The service credential of a data folder. */
export function serviceCredential(data: string): Promise<string> {
  return secretFile(join(data, 'service-credential'), newServiceCredential);
}

/** A new service credential: 32 random bytes in base64url. */
export function newServiceCredential(): string {
  return randomBytes(32).toString('base64url');
}
