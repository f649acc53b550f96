import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PubSub } from '@google-cloud/pubsub';
import { type Bucket, Storage } from '@google-cloud/storage';
import { createAdaptorServer } from '@hono/node-server';
import { type App, createApp, type Surroundings } from '../lib/app.ts';
import { loadConfig } from '../lib/config.ts';
import { listen } from '../lib/listen.ts';
import { createLog } from '../lib/log.ts';
import type { Bell } from '../lib/ports.ts';
import { createSite, createTarget, type TargetName } from '../lib/targets.ts';
import { testDatabase } from './database.ts';
import { testEmulators } from './emulators.ts';
import { newUser, type User } from './service.ts';

export const CREDENTIAL = 'a credential for tests';

/** Google Cloud as far as emulators go: real clients, fake-gcs-server, pstest, PostgreSQL. */
export interface Cloud {
  /** The functions' app, made anew for each test. */
  app(): App;
  /** One more instance on the same storage, queue and database. */
  instance(env?: NodeJS.ProcessEnv, surroundings?: Partial<Surroundings>): App;
  originals(): Bucket;
  results(): Bucket;
  /** Someone who is signed up and logged in, at the functions that callers reach. */
  newUser(): Promise<User>;
  /** Delivers a bell to `convert`, or to another function, as Pub/Sub does; answers the status. */
  push(bell: Bell, to?: { target?: TargetName; app?: App }): Promise<number>;
  /** Calls `sweep` as Cloud Scheduler does. */
  sweep(app?: App): Promise<void>;
  /** Every line of the log since the test began. */
  lines(): readonly string[];
}

/** One cloud for the `describe` that it is called in; its tests are skipped where there are no emulators. */
export function testCloud(): Cloud {
  const database = testDatabase();
  const emulators = testEmulators();
  const names = {
    originals: `in-${randomUUID()}`,
    results: `out-${randomUUID()}`,
    topic: `t-${randomUUID()}`,
  };
  let client: Storage;
  let folder = '';
  let apps: App[] = [];
  let server: Server | undefined;
  let url = '';
  let lines: string[] = [];
  let users = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonemill-test-'));
    client = new Storage({ projectId: 'test', apiEndpoint: emulators().storage });
    await client.createBucket(names.originals);
    await client.createBucket(names.results);
    const pubsub = new PubSub({ projectId: 'test', apiEndpoint: emulators().pubsub, emulatorMode: true });
    await pubsub.createTopic(names.topic);
    await pubsub.close();
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    lines = [];
    const app = instance();
    server = createAdaptorServer({ fetch: (await createSite(app)).fetch }) as Server;
    url = await listen(server, 0);
  });
  afterEach(async () => {
    server?.close();
    server?.closeAllConnections();
    await Promise.all(apps.map((app) => app.close()));
    apps = [];
  });

  function instance(env: NodeJS.ProcessEnv = {}, surroundings: Partial<Surroundings> = {}): App {
    const cloud = {
      STORAGE: 'gcs',
      GCS_ORIGINALS: names.originals,
      GCS_RESULTS: names.results,
      STORAGE_EMULATOR_HOST: emulators().storage,
      QUEUE: 'pubsub',
      PUBSUB_TOPIC: names.topic,
      PUBSUB_EMULATOR_HOST: emulators().pubsub,
      GOOGLE_CLOUD_PROJECT: 'test',
      DATABASE: 'url',
      DATABASE_URL: database.url(),
    };
    const common = { TONEMILL_DATA: folder, SERVICE_CREDENTIAL: CREDENTIAL, PATH: process.env.PATH };
    const log = createLog((line) => lines.push(line));
    const config = loadConfig({ ...cloud, ...common, ...env }, 'functions');
    const app = createApp(config, log, `function-${apps.length}`, surroundings);
    apps.push(app);
    return app;
  }

  const first = () => {
    const [app] = apps;
    if (!app) throw new TypeError('the app is there only while a test runs');
    return app;
  };
  const post = async (app: App, target: TargetName, path: string, body?: object) =>
    (await createTarget(target, app)).request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Service-Credential': CREDENTIAL },
      ...(body && { body: JSON.stringify(body) }),
    });

  return {
    app: first,
    instance,
    originals: () => client.bucket(names.originals),
    results: () => client.bucket(names.results),
    newUser: () => newUser(url, users++),
    async push(bell, { target = 'convert', app = first() } = {}) {
      const data = Buffer.from(JSON.stringify(bell)).toString('base64');
      return (await post(app, target, '/', { message: { data, messageId: '1' } })).status;
    },
    async sweep(app = first()) {
      const answer = await post(app, 'sweep', '/?strays=true');
      if (answer.status !== 200) throw new Error(`sweep answered ${answer.status}`);
    },
    lines: () => lines,
  };
}
