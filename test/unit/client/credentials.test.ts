import assert from 'node:assert/strict';
import { createClient, type Session } from '../../../lib/client/index.ts';

const SESSION: Session = { token: 'old', refreshToken: 'r1', expiresIn: 900 };
const RENEWED: Session = { token: 'new', refreshToken: 'r2', expiresIn: 900 };
const problem = (status: number, code: string) =>
  Response.json(
    { code, detail: 'A sentence.' },
    { status, headers: { 'Content-Type': 'application/problem+json' } },
  );

describe('A session of the client', () => {
  /** A service that answers each path by a function; all others with 401. */
  function clientOf(answers: Record<string, () => Promise<Response> | Response>, cookie = false) {
    const stored: (Session | undefined)[] = [];
    const client = createClient({
      baseUrl: 'http://service',
      session: SESSION,
      cookie,
      onSession: (session) => stored.push(session),
      retries: { attempts: 2, firstDelay: 1 },
      fetch: async ({ url }) => (answers[new URL(url).pathname] ?? (() => problem(401, 'unauthenticated')))(),
    });
    return { client, stored };
  }

  it('ends by a log-out that the service refuses, since it has ended already', async () => {
    const { client, stored } = clientOf({});
    await client.logOut();
    assert.deepEqual(stored, [undefined]);
  });

  it('ends by a log-out of which the service cannot be told, and the caller learns of that', async () => {
    const lost = () => Promise.reject(new TypeError('the connection is lost'));
    const { client, stored } = clientOf({ '/api/auth/logout': lost });
    await assert.rejects(client.logOut(), { code: 'network' });
    assert.deepEqual(stored, [undefined]);
  });

  for (const cookie of [false, true])
    it(`stays ended where it is renewed during the log-out, ${cookie ? 'with' : 'without'} a cookie`, async () => {
      const asked = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<Response>();
      const refresh = () => {
        asked.resolve();
        return answer.promise;
      };
      const logout = () => Response.json({ message: 'Logged out.' });
      const { client, stored } = clientOf(
        { '/api/auth/refresh': refresh, '/api/auth/logout': logout },
        cookie,
      );
      const listed = assert.rejects(client.tasks.list(), { code: 'unauthenticated' });
      await asked.promise;
      await client.logOut();
      answer.resolve(Response.json(RENEWED));
      await listed;
      assert.deepEqual(stored, [undefined]);
    });

  it('is not renewed by its cookie before the service knows of the log-out', async () => {
    const told = Promise.withResolvers<Response>();
    const refresh = () => Response.json(RENEWED);
    const { client, stored } = clientOf(
      { '/api/auth/refresh': refresh, '/api/auth/logout': () => told.promise },
      true,
    );
    const ended = client.logOut();
    await assert.rejects(client.tasks.list(), { code: 'unauthenticated' });
    told.resolve(Response.json({ message: 'Logged out.' }));
    await ended;
    assert.deepEqual(stored, [undefined]);
  });
});
