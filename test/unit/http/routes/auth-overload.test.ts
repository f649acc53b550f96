import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import sinon from 'sinon';
import { z } from 'zod';
import { createPasswords } from '../../../../lib/accounts/passwords.ts';
import { createAuth } from '../../../../lib/accounts/sessions.ts';
import { closeServer, listen } from '../../../../lib/http/guarded-server.ts';
import { createHttp } from '../../../../lib/http/router.ts';
import { authRoutes } from '../../../../lib/http/routes/auth.ts';
import { createLog } from '../../../../lib/runtime/log.ts';
import { jsonLine } from '../../../../lib/runtime/log-formats.ts';
import { PROBLEM, post } from '../../../support/service.ts';
import { until } from '../../../support/until.ts';

const QUEUE = 3;
/** One is hashed, the others wait. */
const ACCEPTED = 1 + QUEUE;
const LINE = z.looseObject({ severity: z.string() });
const ANN = { email: 'ann@example.org', password: 'correct horse' };
const SIGN_UP = { user: 'ann', email: ANN.email, password1: ANN.password, password2: ANN.password };

describe('Too many log-ins at once', () => {
  let database: PromiseWithResolvers<undefined>;
  let findByEmail: sinon.SinonStub;
  let lines: { severity: string }[];
  let server: Server;
  let url: string;

  /** The database keeps the first log-in waiting until the test ends that, and so all that come after it. */
  beforeEach(async () => {
    database = Promise.withResolvers();
    lines = [];
    const asked = () => sinon.stub().returns(database.promise);
    findByEmail = asked();
    const [change, remove, endedSessions] = [asked(), asked(), asked()];
    const reads = { checkFree: asked(), exists: asked(), find: asked(), findByEmail, endedSessions };
    const users = { create: asked(), change, remove, prove: asked(), ...reads };
    const refreshTokens = { issue: asked(), rotate: asked(), revoke: asked() };
    const publicKeys = { keys: [] };
    const tickets = { signTicket: asked(), verifyTicket: asked() };
    const uploads = { signUpload: asked(), verifyUpload: asked() };
    const tokens = { publicKeys: asked(), sign: asked(), verify: asked(), ...uploads, ...tickets };
    const auth = createAuth({
      users,
      passwords: createPasswords(2, { waiting: QUEUE, pause: 0 }),
      refreshTokens,
      tokens,
      apiKeys: { authenticate: asked() },
      endedSessions: { mustBeOpen: asked() },
      logInLimits: { checked: (_account, _address, check) => check(), signUp: async () => {} },
      requestLimits: { ofUser: async () => {} },
      registrations: { admit: async () => undefined },
    });
    const http = createHttp(createLog((event) => lines.push(LINE.parse(JSON.parse(jsonLine(event))))));
    http.route(
      '/',
      authRoutes({ auth, publicKeys: async () => publicKeys, guests: false, remoteUser: undefined }),
    );
    server = createServer(getRequestListener(http.fetch));
    url = await listen(server, 0);
  });
  afterEach(() => {
    database.resolve(undefined);
    server.closeAllConnections();
    return closeServer(server);
  });

  /** Asks many times at once, and answers when all but those that are kept waiting have got an answer. */
  const ask = async (times: number, refused: number, signal: AbortSignal | null = null) => {
    const answers: Response[] = [];
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(ANN),
    };
    const all = Array.from({ length: times }, async () => {
      const answer = await fetch(`${url}/api/auth/login`, { ...init, signal });
      answers.push(answer);
      return answer.status;
    });
    const settled = Promise.allSettled(all);
    await until(() => answers.length >= refused);
    return { answers, settled };
  };
  const errors = () => lines.filter(({ severity }) => severity === 'ERROR');

  it('are told when to come again, look up no user, and raise no alert', async () => {
    const { answers, settled } = await ask(ACCEPTED + 5, 5);
    for (const answer of answers) {
      assert.equal(answer.status, 503);
      assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      assert.equal(PROBLEM.parse(await answer.json()).code, 'unavailable');
    }
    const signUp = await post(`${url}/api/auth/signup`, SIGN_UP);
    assert.equal(signUp.status, 503);
    assert.ok(signUp.headers.has('retry-after'));
    assert.equal(findByEmail.callCount, 1);
    database.resolve(undefined);
    await settled;
    assert.equal(answers.filter(({ status }) => status === 401).length, ACCEPTED);
    assert.deepEqual(errors(), []);
  });

  it('leave their places to others once their clients are gone, and look up no more users', async () => {
    const clients = new AbortController();
    const { settled } = await ask(ACCEPTED + 1, 1, clients.signal);
    clients.abort();
    await settled;
    await until(() => lines.length >= QUEUE + 1);
    const others = await ask(QUEUE + 1, 1);
    database.resolve(undefined);
    await others.settled;
    assert.equal(others.answers.filter(({ status }) => status === 401).length, QUEUE);
    assert.equal(findByEmail.callCount, 1 + QUEUE);
    assert.deepEqual(errors(), []);
  });
});
