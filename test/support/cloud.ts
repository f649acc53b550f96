import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { PubSub } from '@google-cloud/pubsub';
import { type Bucket, Storage } from '@google-cloud/storage';
import { createAdaptorServer } from '@hono/node-server';
import { z } from 'zod';
import { type App, createApp } from '../../lib/app/app.ts';
import type { Surroundings } from '../../lib/app/foundation.ts';
import { createSite, createTarget, type TargetName } from '../../lib/app/targets.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { listen } from '../../lib/http/guarded-server.ts';
import type { ConversionMessage } from '../../lib/ports/queue.ts';
import { createLog } from '../../lib/runtime/log.ts';
import { jsonLine } from '../../lib/runtime/log-formats.ts';
import { findOnce } from './audio.ts';
import { testDatabase } from './database.ts';
import { testEmulators } from './emulators.ts';
import { newFolder } from './folders.ts';
import { newUser, type User } from './service.ts';
import { until } from './until.ts';

const MESSAGE = z.object({ taskId: z.int() });

export const CREDENTIAL = 'a credential for tests';

/** Google Cloud as far as emulators go: real clients, fake-gcs-server, pstest, PostgreSQL. */
export interface Cloud {
  /** The functions' app, made anew for each test. */
  app(): App;
  /** One more instance on the same storage, queue and database. */
  instance(env?: NodeJS.ProcessEnv, surroundings?: Partial<Surroundings>): App;
  originals(): Bucket;
  results(): Bucket;
  /** Serves the functions that callers reach on another instance; answers its URL. */
  serve(app: App): Promise<string>;
  /** Someone who is signed up and logged in, at the functions that callers reach. */
  newUser(): Promise<User>;
  /** Delivers a message to `convert`, or to another function, as Pub/Sub does; answers the status. */
  push(message: ConversionMessage, to?: { target?: TargetName; app?: App }): Promise<number>;
  /** Tells `uploaded` of an object, as Eventarc does; answers the status. */
  tell(object: { bucket: string; name: string; size: string; generation: string }): Promise<number>;
  /** Calls `sweep` as Cloud Scheduler does. */
  sweep(app?: App): Promise<void>;
  /** Lets time pass for all tasks, as far as their rows know of it. */
  pass(seconds: number): Promise<void>;
  /** Calls `work` while nobody can see the row of this task. */
  hide(id: number, work: () => Promise<unknown>): Promise<void>;
  /** Waits until a message was enqueued for each of these tasks since the last call. */
  enqueued(ids: readonly number[]): Promise<void>;
  /** Waits for a message that deliveries are due, and has them sent as Pub/Sub does; answers the status. */
  sendDeliveries(app?: App): Promise<number>;
  /** Waits for a message that a transfer is due, and has it made as Pub/Sub does; answers the status. */
  transferFiles(app?: App): Promise<number>;
  /** A new bucket that is not the service's own. */
  newBucket(): Promise<Bucket>;
  /** Which objects of these tasks are in both buckets. */
  objects(ids: readonly number[]): Promise<string[]>;
  /** Environment of the functions, for those that run as processes. */
  environment(): NodeJS.ProcessEnv;
  databaseUrl(): string;
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
    deliveries: `d-${randomUUID()}`,
    transfers: `f-${randomUUID()}`,
  };
  let client: Storage;
  let folder = '';
  let apps: App[] = [];
  let servers: Server[] = [];
  let url = '';
  let lines: string[] = [];
  let users = 0;
  let pubsub: PubSub;
  let enqueued = new Set<number>();
  let onMessage: () => void = () => undefined;
  let wakeUps = 0;
  let named: string[] = [];

  before(async () => {
    folder = await newFolder();
    client = new Storage({ projectId: 'test', apiEndpoint: emulators().storage });
    await client.createBucket(names.originals);
    await client.createBucket(names.results);
    pubsub = new PubSub({ projectId: 'test', apiEndpoint: emulators().pubsub, emulatorMode: true });
    const [topic] = await pubsub.createTopic(names.topic);
    const [heard] = await topic.createSubscription(`heard-${names.topic}`);
    heard.on('message', (message) => {
      enqueued.add(MESSAGE.parse(JSON.parse(message.data.toString())).taskId);
      message.ack();
      onMessage();
    });
    heard.on('error', () => undefined);
    const [deliveries] = await pubsub.createTopic(names.deliveries);
    const [woken] = await deliveries.createSubscription(`heard-${names.deliveries}`);
    woken.on('message', (message) => {
      wakeUps++;
      message.ack();
    });
    woken.on('error', () => undefined);
    const [transfers] = await pubsub.createTopic(names.transfers);
    const [told] = await transfers.createSubscription(`heard-${names.transfers}`);
    told.on('message', (message) => {
      named.push(message.data.toString());
      message.ack();
    });
    told.on('error', () => undefined);
  });
  after(async () => {
    await pubsub?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    lines = [];
    url = await serve(instance());
  });
  afterEach(async () => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    servers = [];
    await Promise.all(apps.map((app) => app.close()));
    apps = [];
  });

  async function serve(app: App): Promise<string> {
    const server = createAdaptorServer({ fetch: (await createSite(app)).fetch }) as Server;
    servers.push(server);
    return listen(server, 0);
  }

  function environment(): NodeJS.ProcessEnv {
    const cloud = {
      STORAGE: 'gcs',
      GCS_ORIGINALS: names.originals,
      GCS_RESULTS: names.results,
      STORAGE_EMULATOR_HOST: emulators().storage,
      QUEUE: 'pubsub',
      PUBSUB_TOPIC: names.topic,
      PUBSUB_DELIVERIES_TOPIC: names.deliveries,
      PUBSUB_TRANSFERS_TOPIC: names.transfers,
      // Tests wait for the message of each task.
      PUBSUB_MAX_MESSAGES: '1000',
      PUBSUB_EMULATOR_HOST: emulators().pubsub,
      GOOGLE_CLOUD_PROJECT: 'test',
      DATABASE: 'url',
      DATABASE_URL: database.url(),
    };
    const common = { TONEMILL_DATA: folder, SERVICE_CREDENTIAL: CREDENTIAL, PATH: process.env.PATH };
    return { ...cloud, ...common };
  }

  function instance(env: NodeJS.ProcessEnv = {}, surroundings: Partial<Surroundings> = {}): App {
    const log = createLog((event) => lines.push(jsonLine(event)));
    const config = loadConfig({ ...environment(), ...env }, 'functions');
    const app = createApp(config, log, `function-${apps.length}`, {
      findBinaries: findOnce,
      ...surroundings,
    });
    apps.push(app);
    return app;
  }

  const first = () => {
    const [app] = apps;
    if (!app) throw new TypeError('the app is there only while a test runs');
    return app;
  };
  const post = async (app: App, target: TargetName, path: string, body?: object, type = 'application/json') =>
    (await createTarget(target, app)).request(path, {
      method: 'POST',
      headers: { 'Content-Type': type, 'X-Service-Credential': CREDENTIAL },
      ...(body && { body: JSON.stringify(body) }),
    });

  return {
    app: first,
    instance,
    originals: () => client.bucket(names.originals),
    results: () => client.bucket(names.results),
    serve,
    newUser: () => newUser(url, users++),
    async push(message, { target = 'convert', app = first() } = {}) {
      const data = Buffer.from(JSON.stringify(message)).toString('base64');
      return (await post(app, target, '/', { message: { data, messageId: '1' } })).status;
    },
    async tell(object) {
      const type = 'google.cloud.storage.object.v1.finalized';
      const source = `//storage.googleapis.com/projects/_/buckets/${object.bucket}`;
      const event = { type, source, id: '1', specversion: '1.0', data: object };
      return (await post(first(), 'uploaded', '/', event, 'application/cloudevents+json')).status;
    },
    async sweep(app = first()) {
      const answer = await post(app, 'sweep', '/?strays=true');
      if (answer.status !== 200) throw new Error(`sweep answered ${answer.status}`);
    },
    async pass(seconds) {
      const columns = ['lease_until', 'enqueued_at', 'upload_expires_at', 'created_at'];
      const back = columns.map((column) => `${column} = ${column} - :seconds * interval '1 second'`);
      await database.knex().raw(`update tasks set ${back.join(', ')}`, { seconds });
    },
    async hide(id, work) {
      // The database computes the size of a result itself.
      const [{ result_size: _, ...row }] = await database.knex()('tasks').where({ id }).delete('*');
      try {
        await work();
      } finally {
        await database.knex()('tasks').insert(row);
      }
    },
    async enqueued(ids) {
      const all = Promise.withResolvers<void>();
      onMessage = () => {
        if (ids.every((id) => enqueued.has(id))) all.resolve();
      };
      onMessage();
      await all.promise;
      enqueued = new Set();
    },
    async sendDeliveries(app = first()) {
      await until(() => wakeUps > 0);
      wakeUps = 0;
      return (await post(app, 'sweep', '/deliveries', { message: { data: 'e30=', messageId: '1' } })).status;
    },
    async transferFiles(app = first()) {
      await until(() => named.length > 0);
      const [data = ''] = named;
      named = [];
      const message = { data: Buffer.from(data).toString('base64'), messageId: '1' };
      return (await post(app, 'transfer', '/', { message })).status;
    },
    async newBucket() {
      const [bucket] = await client.createBucket(`other-${randomUUID()}`);
      return bucket;
    },
    async objects(ids) {
      const buckets = [client.bucket(names.originals), client.bucket(names.results)];
      const files = (await Promise.all(buckets.map((bucket) => bucket.getFiles()))).flatMap(
        ([found]) => found,
      );
      return files
        .map(({ name }) => name)
        .filter((name) => ids.some((id) => name.startsWith(`${id}/`)))
        .sort();
    },
    environment,
    databaseUrl: () => database.url(),
    lines: () => lines,
  };
}
