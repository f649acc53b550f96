import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ServerType, serve } from '@hono/node-server';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { createApp } from '../../lib/app/app.ts';
import { createTarget } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import type { Router } from '../../lib/http/router.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { temporaryFolder } from '../support/folders.ts';
import { findProgram } from '../support/programs.ts';
import { testService } from '../support/service.ts';
import { EVERY } from '../terraform/readers.ts';
import { ROOT } from './build.ts';

const run = promisify(execFile);

const LIVE = join(ROOT, 'terraform', 'deploy', 'smoke-live.ts');
const CANDIDATES = join(ROOT, 'terraform', 'serverless', 'files', 'smoke.sh');

describe('The smoke on the live site', () => {
  const service = testService();

  it('takes one second of sound from sign-up to removal', async () => {
    const { stdout } = await run(process.execPath, [LIVE, service.url()]);
    assert.match(
      stdout,
      /Signed up as .*\nSent .*\nConverted\.\nFetched \d{4,} bytes of MP3\.\nRemoved the task\.\n$/,
    );
    assert.deepEqual(await service.files(), []);
  });

  it('fails with one sentence where the service does not do its work', async () => {
    await assert.rejects(run(process.execPath, [LIVE, `${service.url()}/elsewhere`]), (error) => {
      assert.ok(error instanceof Error && 'stderr' in error);
      assert.match(String(error.stderr), /^POST \/elsewhere\/api\/auth\/signup: 404\.\n$/);
      return true;
    });
  });
});

describe('The smoke on candidates', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  let broken: string | undefined;

  before(async function () {
    if (!(await findProgram('curl'))) this.skip();
    server = createServer((request, response) => {
      const { status, body } = answer(request);
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });

  beforeEach(() => {
    asked = [];
    broken = undefined;
  });

  after(() => void server?.close());

  /** Every function under its name, and Google's metadata server. */
  function answer({ method, url: path = '', headers }: IncomingMessage): { status: number; body: string } {
    if (path.startsWith('/computeMetadata/')) {
      const audience = new URL(path, url).searchParams.get('audience') ?? '';
      return { status: headers['metadata-flavor'] === 'Google' ? 200 : 403, body: `token-for-${audience}` };
    }
    const [, name = '', ...rest] = path.split('/');
    const open = ['auth', 'tasks', 'site', 'api'].includes(name);
    const token = `Bearer token-for-https://audio.example.com/functions/${name}`;
    asked.push(`${method} ${path}${headers['ce-type'] ? ` ${headers['ce-type']}` : ''}`);
    if (name === broken) return { status: 500, body: '' };
    if (!open && headers.authorization !== token) return { status: 403, body: '' };
    return { status: rest.join('/') === 'api/tasks' ? 401 : open || name === 'sweep' ? 200 : 204, body: '' };
  }

  const smoke = (...names: string[]) =>
    run('sh', [CANDIDATES], {
      env: {
        PATH: process.env.PATH,
        METADATA: url,
        RETRIES: '0',
        AUDIENCE: 'https://audio.example.com/functions',
        CANDIDATES: names.map((name) => `${name}=${url}/${name}`).join(' '),
      },
    });

  it('asks each in the name of its caller for what shows that it works', async () => {
    await smoke('auth', 'tasks', 'site', 'api', 'uploaded', 'convert', 'transfer', 'dead-letter', 'sweep');
    assert.deepEqual(asked, [
      'GET /auth/.well-known/jwks.json',
      'GET /tasks/api/formats',
      'GET /tasks/api/tasks',
      'GET /site/ready',
      'GET /api/.well-known/jwks.json',
      'GET /api/api/formats',
      'GET /api/api/tasks',
      'GET /api/ready',
      'POST /uploaded/ google.cloud.storage.object.v1.finalized',
      'POST /convert/',
      'POST /transfer/',
      'POST /dead-letter/',
      'POST /sweep/',
    ]);
  });

  for (const name of [
    'auth',
    'tasks',
    'site',
    'api',
    'uploaded',
    'convert',
    'transfer',
    'dead-letter',
    'sweep',
  ]) {
    it(`fails when ${name} does not work`, async () => {
      broken = name;
      await assert.rejects(smoke(name), /answered 500; expected/);
    });
  }

  it('fails at a function that it does not know, and without candidates', async () => {
    await assert.rejects(smoke('upload'), /Expected a function, got upload/);
    await assert.rejects(smoke(), /Expected NAME=URL of every candidate/);
  });
});

describe('The functions themselves', () => {
  const folder = temporaryFolder();
  const credential = 'sixteen characters';

  it('answer what the smoke on candidates asks as it expects', async function () {
    this.timeout(60_000);
    if (!(await findProgram('curl'))) this.skip();
    const env = { PATH: process.env.PATH, TONEMILL_DATA: folder(), SERVICE_CREDENTIAL: credential };
    const app = createApp(loadConfig(env, 'functions'), silentLog, 'smoke');
    const targets = new Map<string, Router>();
    for (const name of EVERY) targets.set(name, await createTarget(name, app));
    const { server, url } = await listening((request) => answerOf(targets, request));
    try {
      const { stdout } = await run('sh', [CANDIDATES], {
        env: {
          PATH: process.env.PATH,
          METADATA: url,
          AUDIENCE: 'audience',
          CANDIDATES: EVERY.map((name) => `${name}=${url}/${name}`).join(' '),
        },
      });
      assert.equal(stdout.trim().split('\n').length, EVERY.length + 4);
    } finally {
      server.close();
      await app.close();
      await removeCluster(join(folder(), 'postgres'));
    }
  });

  /** Here a token stands for the credential, which functions on a laptop take instead. */
  async function answerOf(targets: Map<string, Router>, request: Request): Promise<Response> {
    const { pathname, search, origin } = new URL(request.url);
    if (pathname.startsWith('/computeMetadata/')) return new Response('token');
    const [, name = '', ...rest] = pathname.split('/');
    const headers = new Headers(request.headers);
    if (headers.get('authorization') === 'Bearer token') headers.set('X-Service-Credential', credential);
    const { method } = request;
    const body = method === 'POST' ? await request.text() : null;
    const asked = new Request(`${origin}/${rest.join('/')}${search}`, { method, headers, body });
    return targets.get(name)?.fetch(asked) ?? new Response(null, { status: 404 });
  }
});

function listening(
  fetch: (request: Request) => Promise<Response>,
): Promise<{ server: ServerType; url: string }> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ server, url: `http://127.0.0.1:${port}` }),
    );
  });
}
