import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { JWT_ALGORITHM } from '../accounts/tokens.ts';
import { secretFile } from '../runtime/secret-file.ts';

/** The JWK set of a data folder, as JSON. */
export function signingKeys(data: string): Promise<string> {
  return secretFile(join(data, 'jwt-private-keys.json'), newSigningKeys);
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
