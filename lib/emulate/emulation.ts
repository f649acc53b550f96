import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import { migrate } from '../adapters/database/connection.ts';
import { removeCluster } from '../adapters/embedded-postgres/remove.ts';
import { startEmbedded } from '../adapters/embedded-postgres/shared-server.ts';
import { newServiceCredential, newSigningKeys } from '../app/secrets.ts';
import { TARGETS, type TargetName } from '../app/targets.ts';
import { closeServer } from '../http/guarded-server.ts';
import { type Emulators, startEmulators } from './emulator-processes.ts';
import type { EmulatorPrograms } from './emulator-programs.ts';
import { forward } from './forwarder.ts';
import { type RunningFunction, startFunction } from './functions-framework.ts';
import { openGateway } from './gateway.ts';

const PROJECT = 'emulated';
const BUCKETS = { originals: 'originals', results: 'results' };
const TOPICS = {
  messages: 'conversions',
  originals: 'originals',
  deliveries: 'deliveries',
  transfers: 'transfers',
};
const NAMES = Object.keys(TARGETS) as TargetName[];

/** Milliseconds; same interval as in Cloud Scheduler. */
const SWEEP = 60_000;

export interface Emulation {
  /** URL of the API. */
  url: string;
  /** URL of each function. */
  functions: Readonly<Record<TargetName, string>>;
  /** Service credential that internal callers send. */
  credential: string;
  stop(): Promise<void>;
}

export interface EmulationOptions {
  /** Port of the API; 0 picks a free one. */
  port: number;
  /** PATH, in which functions search ffmpeg. */
  path: string;
  /** Variables that say which servers of users functions may ask. */
  outbound: NodeJS.ProcessEnv;
  programs: EmulatorPrograms;
  /** The package that contains the functions: sources or bundle. */
  source: string;
}

/** Started parts, which are stopped in reverse order. */
type Endings = (() => Promise<unknown>)[];

/**
 * The cloud on this machine: every function as its own process of functions-framework, fake-gcs-server, pstest and a
 * PostgreSQL, with the events between them. `stop` ends all of them.
 */
export async function startEmulation({
  port,
  path,
  outbound,
  programs,
  source,
}: EmulationOptions): Promise<Emulation> {
  const endings: Endings = [];
  const stop = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const emulators = await startBoth(programs, endings);
    const credential = newServiceCredential();
    const common = await environment(emulators, path, endings);
    const env = { ...outbound, ...common, SERVICE_CREDENTIAL: credential };
    const functions = await startFunctions(source, env, endings);
    const internal = { 'X-Service-Credential': credential };
    await wire(emulators, functions, internal, endings);
    sweepRegularly(functions.sweep, internal, endings);
    const { url, server } = await openGateway(functions, port);
    endings.push(() => closeServer(server));
    return { url, functions, credential, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startBoth(programs: EmulatorPrograms, endings: Endings): Promise<Emulators> {
  const events = { bucket: BUCKETS.originals, project: PROJECT, topic: TOPICS.originals };
  const emulators = await startEmulators(async () => programs, { events }, {});
  if (!emulators) throw new TypeError('the emulators have programs and did not start');
  endings.push(() => emulators.stop());
  return emulators;
}

/** Variables that Terraform sets for every function. */
async function environment(emulators: Emulators, path: string, endings: Endings): Promise<NodeJS.ProcessEnv> {
  const data = await mkdtemp(join(tmpdir(), 'tonemill-emulate-'));
  endings.push(() => rm(data, { recursive: true, force: true }));
  const postgres = join(data, 'postgres');
  const server = await startEmbedded(postgres);
  endings.push(() => server.stop().then(() => removeCluster(postgres)));
  await migrate(server.url);
  return {
    PATH: path,
    NODE_ENV: 'production',
    TONEMILL_DATA: data,
    GOOGLE_CLOUD_PROJECT: PROJECT,
    JWT_PRIVATE_KEYS: await newSigningKeys(),
    STORAGE: 'gcs',
    GCS_ORIGINALS: BUCKETS.originals,
    GCS_RESULTS: BUCKETS.results,
    QUEUE: 'pubsub',
    PUBSUB_TOPIC: TOPICS.messages,
    PUBSUB_DELIVERIES_TOPIC: TOPICS.deliveries,
    PUBSUB_TRANSFERS_TOPIC: TOPICS.transfers,
    STORAGE_EMULATOR_HOST: emulators.storage,
    PUBSUB_EMULATOR_HOST: emulators.pubsub,
    DATABASE: 'url',
    DATABASE_URL: server.url,
    DATABASE_POOL: '5',
  };
}

async function startFunctions(
  source: string,
  env: NodeJS.ProcessEnv,
  endings: Endings,
): Promise<Record<TargetName, string>> {
  const started = await Promise.all(
    NAMES.map(async (target): Promise<[TargetName, RunningFunction]> => {
      const running = await startFunction({ source, target, env, stdout: 'inherit' });
      endings.push(() => running.stop());
      return [target, running];
    }),
  );
  const urls = started.map(([target, { url }]) => [target, url]);
  return Object.fromEntries(urls) as Record<TargetName, string>;
}

/** Makes buckets and topics, and forwards messages to functions as Eventarc and push subscriptions do. */
async function wire(
  emulators: Emulators,
  functions: Readonly<Record<TargetName, string>>,
  headers: Record<string, string>,
  endings: Endings,
): Promise<void> {
  const storage = new Storage({ projectId: PROJECT, apiEndpoint: emulators.storage });
  for (const bucket of Object.values(BUCKETS)) await storage.createBucket(bucket);
  const pubsub = new PubSub({ projectId: PROJECT, apiEndpoint: emulators.pubsub, emulatorMode: true });
  endings.push(() => pubsub.close());
  const pushed = [
    [TOPICS.messages, functions.convert, functions['dead-letter']],
    [TOPICS.transfers, functions.transfer, `${functions['dead-letter']}/transfers`],
    [TOPICS.originals, functions.uploaded, undefined],
    [TOPICS.deliveries, `${functions.sweep}/deliveries`, undefined],
  ] as const;
  for (const [topic, url, deadLetter] of pushed) {
    await pubsub.createTopic(topic);
    await pubsub.topic(topic).createSubscription(`${topic}-push`);
    const subscription = pubsub.subscription(`${topic}-push`, { flowControl: { maxMessages: 2 } });
    endings.push(forward({ subscription, url, headers, ...(deadLetter && { deadLetter }) }));
  }
}

function sweepRegularly(url: string, headers: Record<string, string>, endings: Endings): void {
  const ask = () => fetch(url, { method: 'POST', headers }).catch(() => undefined);
  const timer = setInterval(ask, SWEEP);
  endings.push(async () => clearInterval(timer));
}
