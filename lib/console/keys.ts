import type { components } from '../client/index.ts';
import { account } from './account.ts';
import { service } from './service.ts';

/** An API key as the service lists it, without its secret. */
export type Key = components['schemas']['ApiKey'];

const SCOPES = ['tasks:read', 'tasks:write', 'account', 'admin'] as const;

/** Rights that a key of this user can have; that of administrators is of no use to others. */
export function possibleScopes(): readonly (typeof SCOPES)[number][] {
  return SCOPES.filter((scope) => scope !== 'admin' || account.value?.isAdministrator);
}

export function listKeys(): Promise<Key[]> {
  return service.keys.list();
}

/** Makes a key, and answers its text, which is shown only once. */
export async function makeKey(name: string, scopes: readonly string[]): Promise<string> {
  const asked = { name, scopes: SCOPES.filter((scope) => scopes.includes(scope)) };
  return (await service.keys.create(asked)).key;
}

export function removeKey(id: number): Promise<void> {
  return service.keys.remove(id);
}
