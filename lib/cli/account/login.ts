import { hostname, userInfo } from 'node:os';
import type { Client } from '../../client/index.ts';
import { loadCommandLine } from '../../config/command-line.ts';
import { escaped } from '../../runtime/log-formats.ts';
import {
  credentialsPath,
  readCredentials,
  removeCredentials,
  writeCredentials,
} from '../service/credentials.ts';
import { clientOf, serviceUrl } from '../service/service.ts';
import { print, printError } from '../terminal/output.ts';
import { ask, askSecret, readStandardInput } from '../terminal/prompt.ts';
import { stopSignal } from '../terminal/stop.ts';

export interface LoginOptions {
  /** An API key, or `-` for one on standard input; undefined: email and password. */
  key?: string;
  email?: string;
}

/** Address that `npm start` serves on. */
const LOCAL = 'http://localhost:8080';

/** Hosts to which nothing leaves this machine. */
const OWN_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Keeps an API key for a service: a given one, or one that it makes by email and password, which it does not keep. */
export async function logIn(address: string | undefined, { key, email }: LoginOptions): Promise<void> {
  const config = loadCommandLine();
  const given = address ?? config.url ?? (await ask('Address of the service', LOCAL));
  const url = serviceUrl(given, 'Address');
  const { protocol, hostname: host } = new URL(url);
  if (protocol === 'http:' && !OWN_HOSTS.has(host))
    printError(`Warning: ${url} is not encrypted. Others on the way can read what you send.`);
  const made = key === undefined ? await makeKey(url, email) : { key: await givenKey(url, key) };
  await writeCredentials(config.configFolder, { url, keyId: undefined, ...made });
  print(`You are logged in to ${url}. The key is in ${escaped(credentialsPath(config.configFolder))}.`);
}

/** Forgets the key, and removes it from the service if the log-in made it. */
export async function logOut(): Promise<void> {
  const { configFolder } = loadCommandLine();
  const kept = await readCredentials(configFolder);
  if (!kept) return print('You are not logged in.');
  await removeCredentials(configFolder);
  const { url, key, keyId } = kept;
  if (keyId === undefined) return print(`The key of ${url} is forgotten here. It is still valid elsewhere.`);
  const removed = await clientOf(url, key)
    .keys.remove(keyId, { signal: stopSignal })
    .then(
      () => true,
      () => false,
    );
  if (removed) return print(`You are logged out of ${url}. The key is removed.`);
  printError(`The key is forgotten here, but ${url} could not be told. Remove key ${keyId} in its console.`);
}

async function makeKey(url: string, given: string | undefined): Promise<{ key: string; keyId: number }> {
  const email = given ?? (await ask('Email'));
  const password = await askSecret('Password');
  const client = clientOf(url, undefined);
  await client.logIn(email, password, { signal: stopSignal });
  try {
    const name = `tonemill of ${userInfo().username} on ${hostname()}`.slice(0, 80);
    const scopes: ('tasks:read' | 'tasks:write' | 'account')[] = ['tasks:read', 'tasks:write', 'account'];
    const { key, id } = await client.keys.create({ name, scopes }, { signal: stopSignal });
    return { key, keyId: id };
  } finally {
    await endSession(client);
  }
}

/** The session was only needed to make the key; one that cannot be ended expires. */
async function endSession(client: Client): Promise<void> {
  await client.logOut().catch(() => undefined);
}

/** A key is tried before it is kept. */
async function givenKey(url: string, given: string): Promise<string> {
  const key = given === '-' ? await readKey() : given;
  await clientOf(url, key).tasks.list({ max: 1 }, { signal: stopSignal });
  return key;
}

async function readKey(): Promise<string> {
  return process.stdin.isTTY ? askSecret('API key') : readStandardInput();
}
