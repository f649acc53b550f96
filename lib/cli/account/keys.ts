import { openService } from '../service/service.ts';
import { usageError } from '../terminal/command-error.ts';
import { print, printError, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';
import { idOf } from './tasks.ts';

const SCOPES = ['tasks:read', 'tasks:write', 'account', 'admin'] as const;

type Scope = (typeof SCOPES)[number];

/** Prints the API keys of the user. */
export async function listKeys({ json }: { json?: boolean }): Promise<void> {
  const { client } = await openService();
  const keys = await client.keys.list({ signal: stopSignal });
  if (json) return keys.forEach(printJson);
  const rows = keys.map(({ id, name, scopes, expiresAt, lastUsedAt }) => [
    id,
    name,
    scopes.join(' '),
    lastUsedAt ?? 'never',
    expiresAt ?? 'never',
  ]);
  printTable([['ID', 'NAME', 'SCOPES', 'USED', 'EXPIRES'], ...rows]);
}

/** Makes a key, and prints its text, which nothing shows again. */
export async function createKey(name: string, { scope }: { scope: string[] }): Promise<void> {
  const unknown = scope.find((one) => !isScope(one));
  if (unknown !== undefined) throw usageError(`--scope: expected some of ${SCOPES.join(', ')}.`);
  const { client } = await openService();
  const scopes = scope.filter(isScope);
  const { key, id } = await client.keys.create({ name, scopes }, { signal: stopSignal });
  printError(`Key ${id} is made. Keep its text now: nothing shows it again.`);
  print(key);
}

export async function removeKey(id: string): Promise<void> {
  const { client } = await openService();
  await client.keys.remove(idOf(id), { signal: stopSignal });
  print('The key is removed.');
}

function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
