import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { JWT_ALGORITHM } from '../accounts/tokens.ts';
import { isErrno } from '../runtime/errors.ts';
import { makeFolder } from '../runtime/private-folder.ts';

/**
 * What stands in a small secret file, made when it is first needed, readable by its owner only.
 * Two processes at once agree on one value: who comes second waits until the first has written.
 */
export async function secretFile(path: string, make: () => string | Promise<string>): Promise<string> {
  await makeFolder(dirname(path));
  const secret = await make();
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(secret);
    await file.sync();
    await file.close();
    return secret;
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    return readWhole(path);
  }
}

/** Between another process's making and writing the file is empty for a moment. */
async function readWhole(path: string, tries = 50): Promise<string> {
  const secret = await readFile(path, 'utf8');
  if (secret !== '' || tries === 0) return secret;
  await new Promise((resolve) => setTimeout(resolve, 20));
  return readWhole(path, tries - 1);
}

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

export function newServiceCredential(): string {
  return randomBytes(32).toString('base64url');
}
