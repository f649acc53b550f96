import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';

/** One user of a service that speaks the first generation's routes: this one, or that generation itself. */
export interface Client {
  /** What its requests are sent with. */
  headers: Record<string, string>;
  /** Uploads a local file and requests for a format. */
  create(path: string, newFormat: string): Promise<number>;
  /** Requests for a format again. */
  change(id: number, newFormat: string): Promise<void>;
  remove(id: number): Promise<void>;
  /**
   * Waits until every task is PROCESSED; throws where one failed.
   * @param look milliseconds between two looks at all tasks
   * @returns when the last was, in milliseconds of the clock: as the service says, or else as it was seen
   */
  settled(look?: number): Promise<number>;
}

/** Milliseconds; seldom enough not to slow what is measured: the service itself says to the millisecond when a task ended. */
const LOOK = 250;

/** The first generation calls the state `status`. */
const TASKS = z.array(
  z.object({ state: z.string().optional(), status: z.string().optional(), finishedAt: z.string().nullish() }),
);
const CREATED = z.object({ task: z.object({ id: z.int() }) });
const SESSION = z.object({ token: z.string() });

/** Signs somebody up and logs them in. */
export async function newClient(url: string): Promise<Client> {
  const email = `bench${Date.now()}@example.org`;
  const password = 'correct horse';
  const passwords = { password1: password, password2: password };
  await call('POST', `${url}/api/auth/signup`, { user: email.replace('@', '-'), email, ...passwords });
  const session = await call('POST', `${url}/api/auth/login`, { email, password });
  const { token } = SESSION.parse(await session.json());
  const ask = (method: string, path: string, body?: object) => call(method, `${url}${path}`, body, token);

  return {
    headers: { Authorization: `Bearer ${token}` },
    async create(path, newFormat) {
      const form = new FormData();
      form.append('audio', await openAsBlob(path), basename(path));
      form.append('newFormat', newFormat);
      return CREATED.parse(await (await ask('POST', '/api/tasks', form)).json()).task.id;
    },
    async change(id, newFormat) {
      await ask('PUT', `/api/tasks/${id}`, { newFormat });
    },
    async remove(id) {
      await ask('DELETE', `/api/tasks/${id}`);
    },
    async settled(look = LOOK) {
      for (;;) {
        const tasks = TASKS.parse(await (await ask('GET', '/api/tasks?max=100')).json());
        const states = tasks.map(({ state, status }) => state ?? status);
        if (states.includes('FAILED')) throw new Error('a conversion failed');
        if (states.every((state) => state === 'PROCESSED')) return lastEnd(tasks);
        await setTimeout(look);
      }
    },
  };
}

function lastEnd(tasks: z.output<typeof TASKS>): number {
  return Math.max(...tasks.map(({ finishedAt }) => (finishedAt ? Date.parse(finishedAt) : Date.now())));
}

async function call(method: string, url: string, body?: object, token?: string): Promise<Response> {
  const headers = new Headers(token ? { Authorization: `Bearer ${token}` } : {});
  if (body && !(body instanceof FormData)) headers.set('Content-Type', 'application/json');
  const sent = body instanceof FormData ? body : JSON.stringify(body);
  const answer = await fetch(url, { method, headers, ...(body && { body: sent }) });
  if (answer.ok) return answer;
  throw new Error(`${method} ${url} answered ${answer.status}: ${await answer.text()}`);
}
