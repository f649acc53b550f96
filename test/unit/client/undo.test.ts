import assert from 'node:assert/strict';
import { createClient } from '../../../lib/client/index.ts';

describe('A call of the client that is stopped before the service has answered', () => {
  const calls = {
    '/api/tasks': { answer: { task: { id: 7 } }, removed: '/api/tasks/7' },
    '/api/batches': { answer: { batch: { id: 8 }, tasks: [] }, removed: '/api/batches/8' },
  };
  for (const [path, { answer, removed }] of Object.entries(calls))
    it(`ends at once, and removes what the later answer of ${path} tells`, async () => {
      const stopping = new AbortController();
      const answered = Promise.withResolvers<Response>();
      const removal = Promise.withResolvers<string>();
      const client = createClient({
        baseUrl: 'http://service',
        apiKey: 'key',
        fetch: async ({ method, url }, { signal }) => {
          if (method === 'DELETE') {
            removal.resolve(new URL(url).pathname);
            return Response.json({});
          }
          stopping.abort(new Error('stopped'));
          signal.throwIfAborted();
          return answered.promise;
        },
      });
      const { signal } = stopping;
      const file = { file: new Blob(['sound']), newFormat: 'mp3', filename: 'a.wav' } as const;
      const { file: sound, ...output } = file;
      const stopped =
        path === '/api/tasks'
          ? client.convert(sound, output, { signal })
          : client.batches.upload([file], { signal });
      await assert.rejects(stopped, { message: 'stopped' });
      answered.resolve(Response.json(answer, { status: 201 }));
      assert.equal(await removal.promise, removed);
    });
});
