import type { components } from '../client/index.ts';
import { service } from './service.ts';

/** An API key as the service lists it, without its secret. */
export type Key = components['schemas']['ApiKey'];

/** Rights of a key. */
export const SCOPES = ['tasks:read', 'tasks:write', 'account'] as const;

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
