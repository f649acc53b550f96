import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { type Client, type ClientOptions, createClient, type TaskEvent } from '../../lib/client/index.ts';
import { fileAt } from '../../lib/client/node.ts';
import { makeTone } from '../support/audio.ts';
import { type CuttingProxy, cuttingProxy } from '../support/cutting-proxy.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startProgram } from '../support/program.ts';
import { testService } from '../support/service.ts';

const MIB = 1024 * 1024;
const PASSWORD = 'correct horse';
/** Many attempts, close to each other. */
const QUICK = { attempts: 60, firstDelay: 20, mostDelay: 300 };

describe('The client where connections break', () => {
  const service = testService();
  const tone = () => join(service.data(), 'tone.wav');
  let proxy: CuttingProxy;
  let sha256 = '';

  before(async () => {
    await makeTone(tone(), 60);
    sha256 = createHash('sha256')
      .update(await readFile(tone()))
      .digest('hex');
  });
  beforeEach(async () => {
    proxy = await cuttingProxy(service.url());
  });
  afterEach(() => proxy.close());

  /** Logs somebody in through the proxy, and notes every request. */
  async function newClient(options: ClientOptions = {}) {
    const { email } = await service.newUser();
    const requests: Request[] = [];
    const signals = new Map<Request, AbortSignal>();
    const send: NonNullable<ClientOptions['fetch']> = options.fetch ?? fetch;
    const noted: typeof send = (request, init) => {
      requests.push(request);
      signals.set(request, init.signal);
      return send(request, init);
    };
    const client = createClient({ baseUrl: proxy.url, retries: QUICK, ...options, fetch: noted });
    const session = await client.logIn(email, PASSWORD);
    return { client, session, requests, signals };
  }
  const original = async (client: Client, id: number) => (await client.tasks.get(id)).checksums?.sha256;

  it('goes on with an upload from the bytes that the service has', async () => {
    const { client, requests } = await newClient();
    const reached: number[] = [];
    proxy.cut();
    proxy.cutAfter(MIB, 2 * MIB, 3 * MIB, 300_000);
    const task = await client.upload(
      await fileAt(tone()),
      { newFormat: 'mp3' },
      { onProgress: (one) => reached.push(one.stage === 'upload' ? one.sent : 0) },
    );
    assert.equal(await original(client, task.id), sha256);
    assert.deepEqual(
      reached,
      reached.toSorted((one, other) => one - other),
    );
    assert.ok(requests.some(({ headers }) => headers.get('Content-Range') === 'bytes */*'));
  });

  it('sends a stream again from what it keeps of it', async () => {
    const { client } = await newClient();
    proxy.cut();
    proxy.cutAfter(MIB, 2 * MIB, 3 * MIB, 300_000);
    const stream = createReadStream(tone());
    const task = await client.upload(stream, { newFormat: 'mp3', filename: 'stream.wav' });
    assert.equal(await original(client, task.id), sha256);
    assert.ok(stream.destroyed);
  });

  it('converts once, though every answer of the announcement is lost at first', async () => {
    let lost = 0;
    const { client } = await newClient({
      fetch: async (request, init) => {
        const answer = await fetch(request, init);
        if (request.method !== 'POST' || !request.url.endsWith('/api/tasks') || lost >= 2) return answer;
        lost += 1;
        await answer.body?.cancel();
        throw new TypeError('the connection is lost');
      },
    });
    const { task } = await client.convert(await fileAt(tone()), { newFormat: 'mp3' });
    assert.equal(lost, 2);
    assert.deepEqual(
      (await client.tasks.list()).map(({ id }) => id),
      [task.id],
    );
  });

  it('hears every later state by Last-Event-ID after a listener lost its connection', async () => {
    const { client, session, requests } = await newClient();
    const ending = new AbortController();
    const states: string[] = [];
    const connected: number[] = [];
    const note = (event: TaskEvent) => {
      if (event.type === 'connected') connected.push(requests.length);
      if (event.type === 'task.state') states.push(event.task.state);
    };
    const heard = (async () => {
      for await (const event of client.events({ signal: ending.signal })) {
        note(event);
        if (states.at(-1) === 'PROCESSED') return;
      }
    })();
    const direct = createClient({ baseUrl: service.url(), session });
    const task = await direct.upload(await fileAt(tone()), { newFormat: 'mp3' });
    while (states.length === 0) await tick();
    proxy.cut();
    await direct.tasks.settled(task.id);
    await heard;
    ending.abort();
    const listening = requests.filter(({ url }) => url.endsWith('/api/events'));
    assert.ok(connected.length >= 2);
    assert.match(listening.at(-1)?.headers.get('Last-Event-ID') ?? '', /^\d+$/);
    assert.equal(states.at(-1), 'PROCESSED');
  });

  it('ends a stream where its caller ends it, also after garbage was collected', async () => {
    const { session } = await newClient();
    // Nothing of the test keeps its requests.
    const client = createClient({ baseUrl: proxy.url, session });
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    assert.ok(typeof collect === 'function');
    const ending = new AbortController();
    for await (const { type } of client.events({ signal: ending.signal })) {
      assert.equal(type, 'connected');
      for (let turn = 0; turn < 5; turn += 1) {
        await tick();
        collect();
      }
      setImmediate(() => ending.abort());
    }
    assert.ok(ending.signal.aborted);
  });

  it('asks for its tasks where events are refused', async () => {
    const { client, requests } = await newClient({
      fetch: async (request, init) =>
        request.url.endsWith('/api/events')
          ? new Response('no such page', { status: 404 })
          : fetch(request, init),
    });
    const { task } = await client.convert(await fileAt(tone()), { newFormat: 'flac' });
    assert.equal(task.state, 'PROCESSED');
    assert.ok(requests.some(({ url }) => url.endsWith(`/api/tasks/${task.id}?wait=10`)));
    assert.equal(requests.filter(({ url }) => url.endsWith('/api/events')).length, 1);
  });

  it('waits for many conversions by one stream of events', async () => {
    const { client, requests, signals } = await newClient();
    const short = join(service.data(), 'short.wav');
    await makeTone(short, 1);
    const file = await fileAt(short);
    const done = await Promise.all(
      Array.from({ length: 12 }, () => client.convert(file, { newFormat: 'mp3' })),
    );
    assert.deepEqual(new Set(done.map(({ task }) => task.state)), new Set(['PROCESSED']));
    assert.equal(new Set(done.map(({ task }) => task.id)).size, 12);
    const opened = requests.filter(({ url }) => url.endsWith('/api/events'));
    assert.ok(opened.length >= 1 && opened.length < 12, `${opened.length}`);
    assert.ok(opened.every((request) => signals.get(request)?.aborted));
  });

  it('ends an upload whose task is removed meanwhile', async () => {
    const { client } = await newClient();
    let removed: Promise<unknown> | undefined;
    const upload = client.upload(
      await fileAt(tone()),
      { newFormat: 'mp3' },
      {
        onProgress: () => {
          removed ??= client.tasks.list().then(([task]) => client.tasks.remove(task?.id ?? 0));
        },
      },
    );
    await assert.rejects(upload, { code: 'upload_gone', status: 410 });
    await removed;
    assert.deepEqual(await client.tasks.list(), []);
  });

  it('renews an expired session once for all requests that wait for it', async () => {
    const { session } = await newClient();
    const stored: unknown[] = [];
    const refreshed: Request[] = [];
    const client = createClient({
      baseUrl: proxy.url,
      session: { ...session, token: `${session.token}x` },
      onSession: (next) => stored.push(next),
      fetch: (request, init) => {
        if (request.url.endsWith('/refresh')) refreshed.push(request);
        return fetch(request, init);
      },
    });
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.tasks.list()));
    assert.deepEqual(answers, Array(8).fill([]));
    assert.deepEqual([refreshed.length, stored.length], [1, 1]);
    assert.equal((await client.convert(await fileAt(tone()), { newFormat: 'mp3' })).task.state, 'PROCESSED');
  });

  it('tells the end of a session that cannot be renewed', async () => {
    const { session } = await newClient();
    const stored: unknown[] = [];
    const client = createClient({
      baseUrl: proxy.url,
      session: { ...session, token: 'x', refreshToken: 'y' },
      onSession: (next) => stored.push(next),
    });
    await assert.rejects(client.tasks.list(), { code: 'unauthenticated', status: 401 });
    assert.deepEqual(stored, [undefined]);
  });

  it('stops where it is told to, and leaves no task', async () => {
    const { client } = await newClient();
    for (const stage of ['upload', 'conversion']) {
      const stopping = new AbortController();
      const reason = new Error(`stopped in the ${stage}`);
      const stopped = client.convert(
        await fileAt(tone()),
        { newFormat: 'flac', options: { compressionLevel: 12 } },
        {
          signal: stopping.signal,
          onProgress: (progress) => progress.stage === stage && stopping.abort(reason),
        },
      );
      await assert.rejects(stopped, (error) => error === reason);
      assert.deepEqual(await client.tasks.list(), []);
    }
  });

  it('ends the connection of a download that its reader leaves', async () => {
    const { client, requests, signals } = await newClient();
    const task = await client.upload(await fileAt(tone()), { newFormat: 'mp3' });
    const stream = (await client.tasks.download(task, 'original')).stream();
    const reader = stream.getReader();
    assert.equal((await reader.read()).done, false);
    await reader.cancel();
    const asked = requests.filter(({ url }) => url.includes('/original'));
    assert.deepEqual(
      asked.map((request) => signals.get(request)?.aborted),
      [true],
    );
  });

  it('goes on with a download where it broke off', async () => {
    const { client, requests } = await newClient();
    const { task, download } = await client.convert(await fileAt(tone()), { newFormat: 'wav' });
    const result = await download();
    const reader = result.stream().getReader();
    const hash = createHash('sha256');
    let size = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (size === 0) proxy.cut();
      hash.update(next.value);
      size += next.value.length;
    }
    assert.equal(size, task.result?.size);
    const whole = await (await client.tasks.download(task)).bytes();
    assert.equal(hash.digest('hex'), createHash('sha256').update(whole).digest('hex'));
    assert.ok(requests.some(({ headers }) => /^bytes=\d+-$/.test(headers.get('Range') ?? '')));
  });
});

describe('The client of a service that is killed', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('goes on after kill -9 in the middle of an upload, with the service at its address again', async () => {
    const { PATH, FFMPEG_PATH } = process.env;
    const env = { PATH, FFMPEG_PATH, PORT: '0', TONEMILL_DATA: join(folder(), 'data') };
    let program = await startProgram(env);
    const proxy = await cuttingProxy(program.url);
    try {
      await makeTone(join(folder(), 'tone.wav'), 120);
      const client = createClient({ baseUrl: proxy.url, retries: { ...QUICK, attempts: 200 } });
      await client.signUp({ name: 'ann', email: 'ann@example.org', password: PASSWORD });
      await client.logIn('ann@example.org', PASSWORD);
      let killed: Promise<void> | undefined;
      const restart = async () => {
        await program.end('SIGKILL');
        program = await startProgram(env);
        proxy.lead(program.url);
      };
      const { task } = await client.convert(
        await fileAt(join(folder(), 'tone.wav')),
        { newFormat: 'mp3' },
        {
          onProgress: (one) => {
            if (one.stage === 'upload' && one.sent > MIB) killed ??= restart();
          },
        },
      );
      await killed;
      assert.ok(killed);
      assert.equal(task.state, 'PROCESSED');
      assert.deepEqual([(await client.tasks.list()).length, task.media?.duration], [1, 120]);
    } finally {
      await proxy.close();
      await program.end('SIGTERM');
      await removeCluster(join(folder(), 'data', 'postgres'));
    }
  });
});

function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
