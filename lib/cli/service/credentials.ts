import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { undefinedFor } from '../../runtime/errors.ts';
import { makeFolder } from '../../runtime/private-folder.ts';
import { CommandError, EXIT } from '../terminal/command-error.ts';

/** Credentials that a log-in keeps: never the password. */
export interface Credentials {
  /** Address of the service. */
  url: string;
  /** API key. */
  key: string;
  /** Id of the key, if this program made it. */
  keyId: number | undefined;
}

/** Rights of anybody but the owner. */
const OTHERS = 0o077;

/** Path of the file with the credentials. */
export function credentialsPath(configFolder: string): string {
  return join(configFolder, 'credentials.json');
}

/** The credentials of the last log-in; undefined without one. Refuses a file that others may read. */
export async function readCredentials(configFolder: string): Promise<Credentials | undefined> {
  const path = credentialsPath(configFolder);
  const found = await stat(path).catch(undefinedFor('ENOENT', 'ENOTDIR'));
  if (!found) return undefined;
  if ((found.mode & OTHERS) !== 0)
    throw refused(`Other users may read ${path}, which has your key. Give the command: chmod 600 ${path}`);
  const content = parsed(await readFile(path, 'utf8'));
  if (!isCredentials(content)) throw refused(`${path} is damaged. Give the command: tonemill login`);
  return { url: content.url, key: content.key, keyId: content.keyId };
}

/** Writes the credentials so that only this user can read them. The file is complete or the one before. */
export async function writeCredentials(configFolder: string, credentials: Credentials): Promise<void> {
  await makeFolder(configFolder);
  const path = credentialsPath(configFolder);
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flush: true });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

export async function removeCredentials(configFolder: string): Promise<void> {
  await rm(credentialsPath(configFolder), { force: true });
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.refused, message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCredentials(content: unknown): content is Credentials {
  if (typeof content !== 'object' || content === null) return false;
  const { url, key, keyId } = { keyId: undefined, ...content } as Record<string, unknown>;
  return (
    typeof url === 'string' && typeof key === 'string' && (keyId === undefined || typeof keyId === 'number')
  );
}
