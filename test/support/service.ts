import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { MARKER } from '../../lib/adapters/storage/nfs-marker.ts';
import type { Surroundings } from '../../lib/app/foundation.ts';
import { serveLocal } from '../../lib/app/local-mode.ts';
import { type Config, loadConfig } from '../../lib/config/config.ts';
import { isErrno } from '../../lib/runtime/errors.ts';
import { type Log, silentLog } from '../../lib/runtime/log.ts';
import { findOnce } from './audio.ts';
import { migratedDatabase } from './database.ts';
import { newFolder } from './folders.ts';

/** What a task shows, as far as tests look at it. */
export const TASK = z.object({
  id: z.int(),
  name: z.string(),
  state: z.string(),
  convertedExt: z.string(),
  revision: z.int(),
  progress: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type TaskJson = z.output<typeof TASK>;

/** What every error is: RFC 9457, with the sentence also where first-generation clients read it. */
export const PROBLEM = z.object({
  status: z.int(),
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  error: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** A part of a form: a field, or a file with its name. */
export type Part = string | { name: string; bytes: Uint8Array };

/** Local mode as `npm start` serves it, in this process. */
export interface Service {
  url(): string;
  /** Folder of its data. */
  data(): string;
  /** URL of its database, if that is on the shared server. */
  database(): string;
  /** Someone who is signed up and logged in. */
  newUser(): Promise<User>;
  /** A guest, whose account needs no password and comes at once. */
  newGuest(): Promise<User>;
  /** Names of all files that are stored, under both roots and in the working folder. */
  files(): Promise<string[]>;
}

/** Asks as one user. */
export interface User {
  email: string;
  token: string;
  refreshToken: string;
  /** The same user, logged in once more. */
  again(): Promise<User>;
  /** The same user at another address. */
  at(url: string): User;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  upload(parts: Record<string, Part>): Promise<Response>;
  /** Uploads, and answers the task that it made. */
  create(file: { name: string; bytes: Uint8Array }, newFormat: string): Promise<TaskJson>;
  /** Uploads, and waits until the task is PROCESSED or FAILED. */
  convert(file: { name: string; bytes: Uint8Array }, newFormat: string): Promise<TaskJson>;
  /** Waits until the task is PROCESSED or FAILED. */
  settled(id: number): Promise<TaskJson>;
  /** A task as it is now. */
  task(id: number): Promise<TaskJson>;
  tasks(): Promise<TaskJson[]>;
}

const SESSION = z.object({ token: z.string(), refreshToken: z.string() });

/** Tests that send many wrong passwords from one address ask for something else; those of the limits set them. */
const NO_LIMITS = { FAILED_LOGINS: '0', FAILED_LOGINS_PER_ADDRESS: '0' };

/** One service for the `describe` that it is called in, on a database of the shared server unless `environment` names another. */
export function testService(
  environment: NodeJS.ProcessEnv = {},
  log: Log = silentLog,
  surroundings: Partial<Surroundings> = {},
): Service {
  let started: StartedService | undefined;
  before(async function () {
    this.timeout(60_000);
    started = await startService(environment, log, surroundings);
  });
  after(async function () {
    this.timeout(30_000);
    await started?.close();
  });
  return serviceAt(
    () => started?.url ?? '',
    () => started?.data ?? '',
    () => started?.database ?? '',
  );
}

/** A service that runs in this process. */
export interface StartedService {
  url: string;
  data: string;
  /** URL of its database, if that is on the shared server. */
  database: string;
  close(): Promise<void>;
}

/** Starts a service as `testService` describes it. */
export async function startService(
  environment: NodeJS.ProcessEnv,
  log: Log = silentLog,
  surroundings: Partial<Surroundings> = {},
): Promise<StartedService> {
  const data = await newFolder();
  const { PATH, FFMPEG_PATH } = process.env;
  const env = { PATH, FFMPEG_PATH, PORT: '0', TONEMILL_DATA: data, ...NO_LIMITS, ...environment };
  const config = loadConfig(env);
  const database = environment.DATABASE ? '' : await migratedDatabase();
  const served = await serveLocal(database === '' ? config : onSharedServer(config, database), log, {
    findBinaries: findOnce,
    ...surroundings,
  });
  return {
    url: served.url,
    data,
    database,
    async close() {
      await served.close();
      await removeCluster(join(data, 'postgres'));
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** A service at an address that is known once it runs. */
export function serviceAt(url: () => string, data: () => string, database: () => string = () => ''): Service {
  let users = 0;
  return {
    url,
    data,
    database,
    newUser: () => newUser(url(), users++),
    newGuest: () => newGuest(url()),
    async files() {
      const lists = ['originals', 'results', 'work'].map((root) => filesUnder(join(data(), root)));
      return (await Promise.all(lists)).flat().sort();
    },
  };
}

/** The database alone is another one: working files, for example, stay where the embedded database has them. */
function onSharedServer(config: Config, url: string): Config {
  return { ...config, database: { kind: 'url', url } };
}

/** Password of each user. */
const PASSWORD = 'correct horse';

/** Signs somebody up and logs them in. */
export async function newUser(url: string, number: number): Promise<User> {
  const email = `user${number}@example.org`;
  const [password1, password2] = [PASSWORD, PASSWORD];
  await post(`${url}/api/auth/signup`, { user: `user ${number}`, email, password1, password2 });
  return logIn(url, email);
}

async function logIn(url: string, email: string): Promise<User> {
  const answer = await post(`${url}/api/auth/login`, { email, password: PASSWORD });
  return userAt(url, { email, ...SESSION.parse(await answer.json()) });
}

async function newGuest(url: string): Promise<User> {
  const answer = await fetch(`${url}/api/auth/guest`, { method: 'POST' });
  return userAt(url, { email: '', ...SESSION.parse(await answer.json()) });
}

/** A user with a session. */
export function userAt(url: string, session: Pick<User, 'email' | 'token' | 'refreshToken'>): User {
  const authorised = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${session.token}` },
    });
  const user: User = {
    ...session,
    again: () => logIn(url, session.email),
    at: (other) => userAt(other, session),
    fetch: authorised,
    upload: (parts) => authorised('/api/tasks', { method: 'POST', body: formOf(parts) }),
    async create(file, newFormat) {
      const answer = await user.upload({ audio: file, newFormat });
      return z.object({ task: TASK }).parse(await answer.json()).task;
    },
    convert: async (file, newFormat) => user.settled((await user.create(file, newFormat)).id),
    async settled(id) {
      for (;;) {
        const task = await user.task(id);
        if (task.state === 'PROCESSED' || task.state === 'FAILED') return task;
        await setTimeout(20);
      }
    },
    task: async (id) => TASK.parse(await (await authorised(`/api/tasks/${id}`)).json()),
    tasks: async () => z.array(TASK).parse(await (await authorised('/api/tasks')).json()),
  };
  return user;
}

/** Posts JSON. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  return fetch(url, { ...init, headers: { 'Content-Type': 'application/json', ...headers } });
}

function formOf(parts: Record<string, Part>): FormData {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part === 'string') form.append(name, part);
    else form.append(name, new Blob([Uint8Array.from(part.bytes)]), part.name);
  }
  return form;
}

/** Names of all files under a folder. Folders come and go while the service works; a look that one of them escaped is taken again. */
export async function filesUnder(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name !== MARKER)
      .map((entry) => entry.name);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return filesUnder(folder);
    throw error;
  }
}
