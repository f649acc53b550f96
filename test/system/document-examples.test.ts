import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ADMIN, newAdministrator } from '../support/administrator.ts';
import { makeTone } from '../support/audio.ts';
import { apiDocument } from '../support/document.ts';
import { testService } from '../support/service.ts';

const JSON_BODY = z.object({
  content: z.object({ 'application/json': z.object({ example: z.record(z.string(), z.unknown()) }) }),
});
const OPERATION = z.looseObject({ requestBody: z.unknown().optional() });
const SESSION = z.object({ token: z.string(), refreshToken: z.string() });
const CREATED = z.object({ id: z.int() });
const TASK = z.object({ task: CREATED });

/** An example of the document, and the request that it belongs to. */
interface Example {
  method: string;
  path: string;
  body: Readonly<Record<string, unknown>>;
}

/** Requests that others depend on come first; those that end a session or the account come last. */
const ORDER = [
  '/api/auth/signup',
  '/api/auth/login',
  '/api/tasks',
  '/api/presets',
  '/api/webhooks',
  '/api/admin/groups',
];
const LAST = ['PATCH /api/account', 'POST /api/auth/logout', 'DELETE /api/account'];

const BATCH = z.object({
  batch: z.object({ id: z.int() }),
  tasks: z.array(z.object({ upload: z.object({ url: z.url() }) })),
});

describe('The examples of the OpenAPI document', () => {
  const service = testService({ ADMIN_EMAILS: ADMIN });

  it('are all accepted, sent one after another by the user whom they sign up, or an administrator', async () => {
    const examples = inOrder(await documentedExamples());
    assert.ok(examples.length >= 12);
    let session = { token: '', refreshToken: '' };
    const admin = await newAdministrator(service);
    const somebody = await service.newUser();
    const { id } = CREATED.parse(await (await somebody.fetch('/api/account')).json());
    const ids = new Map([['/api/admin/users/{id}', id]]);
    for (const { method, path, body } of examples) {
      const target = path.replace('{id}', String(ids.get(path)));
      const sent = {
        ...body,
        ...('refreshToken' in body && { refreshToken: session.refreshToken }),
        ...('taskId' in body && { taskId: ids.get('/api/tasks/{id}') }),
      };
      const { token } = path.startsWith('/api/admin/') ? admin : session;
      const answer = await fetch(`${service.url()}${target}`, {
        method,
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
        body: JSON.stringify(sent),
      });
      const text = await answer.text();
      assert.equal(answer.status, 200, `${method} ${path}: ${text}`);
      const given: unknown = JSON.parse(text);
      session = SESSION.safeParse(given).data ?? session;
      if (path === '/api/auth/login') ids.set('/api/tasks/{id}', await uploadedTask(session.token));
      if (path === '/api/auth/login') ids.set('/api/batches/{id}/join', await uploadedBatch(session.token));
      if (path === '/api/admin/groups') ids.set('/api/admin/groups/{id}', CREATED.parse(given).id);
      if (path === '/api/presets') ids.set('/api/presets/{id}', CREATED.parse(given).id);
      if (path === '/api/webhooks')
        for (const own of ['/api/webhooks/{id}', '/api/webhooks/{id}/secret'])
          ids.set(own, CREATED.parse(given).id);
    }
  });

  /** A batch whose only task has its original, so that it can be joined. */
  async function uploadedBatch(token: string): Promise<number> {
    const answer = await fetch(`${service.url()}/api/batches`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ tasks: [{ filename: 'tone.wav', newFormat: 'flac' }] }),
    });
    const { batch, tasks } = BATCH.parse(await answer.json());
    for (const { upload } of tasks) {
      const body = await readFile(join(service.data(), 'tone.wav'));
      assert.equal((await fetch(upload.url, { method: 'PUT', body })).status, 200);
    }
    return batch.id;
  }

  /** A task that has its original, so that another format can be requested. */
  async function uploadedTask(token: string): Promise<number> {
    const path = join(service.data(), 'tone.wav');
    await makeTone(path, 1);
    const form = new FormData();
    form.append('newFormat', 'flac');
    form.append('audio', new Blob([await readFile(path)]), 'tone.wav');
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${service.url()}/api/tasks`, { method: 'POST', headers, body: form });
    return TASK.parse(await answer.json()).task.id;
  }
});

async function documentedExamples(): Promise<Example[]> {
  const { paths } = await apiDocument();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { requestBody } = OPERATION.parse(operation);
      if (!JSON.stringify(requestBody)?.includes('"application/json"')) return [];
      const { example } = JSON_BODY.parse(requestBody).content['application/json'];
      return [{ method: method.toUpperCase(), path, body: example }];
    }),
  );
}

function inOrder(examples: readonly Example[]): Example[] {
  const rank = ({ method, path }: Example) => {
    const last = LAST.indexOf(`${method} ${path}`);
    const first = ORDER.indexOf(path);
    if (last >= 0) return 100 + last;
    return first >= 0 ? first : ORDER.length;
  };
  return examples.toSorted((one, other) => rank(one) - rank(other));
}
