import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PubSub } from '@google-cloud/pubsub';
import pg from 'pg';
import { createPubSubQueue } from '../../lib/adapters/queue/pubsub.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { makeTone } from '../support/audio.ts';
import { testDatabase } from '../support/database.ts';
import { testEmulators } from '../support/emulators.ts';
import { temporaryFolder } from '../support/folders.ts';
import { newUser } from '../support/service.ts';
import { newDatabase, type VmDeployment, vmDeployment } from '../support/vm.ts';

/** The shortest that Pub/Sub takes; the client renews it while a handler runs. */
const ACK_SECONDS = 10;

describe('VM workers that pull from Pub/Sub', function () {
  this.timeout(300_000);
  const emulators = testEmulators();
  const database = testDatabase();
  const folder = temporaryFolder();
  const connect = () => new PubSub({ projectId: 'vm', apiEndpoint: emulators().pubsub, emulatorMode: true });

  const newSubscription = async () => {
    const names = { topic: randomUUID(), subscription: `worker-${randomUUID()}` };
    const pubsub = connect();
    const [topic] = await pubsub.createTopic(names.topic);
    await topic.createSubscription(names.subscription, { ackDeadlineSeconds: ACK_SECONDS });
    await pubsub.close();
    return names;
  };

  /** Enqueues one message, whose handlers all run until `end`; `onDelivery` gets to know how often it came. */
  const deliver = async (jobSeconds: number, end: Promise<void>, onDelivery: (count: number) => void) => {
    const names = await newSubscription();
    const queue = createPubSubQueue(async () => connect(), {
      ...names,
      maxMessages: 10,
      jobSeconds,
      log: silentLog,
    });
    let count = 0;
    const stop = await queue.consume(async () => {
      onDelivery(++count);
      await end;
      return 'done';
    }, 4);
    await queue.enqueue([{ taskId: 1, revision: 1, turn: 1 }]);
    return {
      count: () => count,
      async stop() {
        await stop();
        await queue.close();
      },
    };
  };

  it('keep a message to themselves for as long as its handler runs, up to a limit', async () => {
    const twiceAgain = Promise.withResolvers<void>();
    const extended = await deliver(600, twiceAgain.promise, () => undefined);
    const limited = await deliver(1, twiceAgain.promise, (count) => {
      if (count === 3) twiceAgain.resolve();
    });
    await twiceAgain.promise;
    assert.equal(extended.count(), 1);
    await Promise.all([extended.stop(), limited.stop()]);
  });

  describe('as processes', () => {
    let url: string;
    let vm: VmDeployment;
    before(async () => {
      url = await newDatabase(database.url());
      vm = await vmDeployment(url);
    });
    after(() => vm.remove());

    it('convert, hand back on SIGTERM, and lose nothing to a kill', async () => {
      const names = await newSubscription();
      const pubsub = {
        QUEUE: 'pubsub',
        PUBSUB_TOPIC: names.topic,
        PUBSUB_SUBSCRIPTION: names.subscription,
        PUBSUB_EMULATOR_HOST: emulators().pubsub,
        GOOGLE_CLOUD_PROJECT: 'vm',
      };
      await vm.command('init-share');
      await vm.command('migrate');
      const api = await vm.start('serve', { ...vm.environment('api'), ...pubsub });
      const startWorker = () => vm.start('worker', { ...vm.environment('worker'), ...pubsub });
      const ann = await newUser(api.url, 1);
      const path = join(folder(), 'tone.flac');
      await makeTone(path, 600, '-ar', '16000');
      const audio = { name: 'tone.flac', bytes: await readFile(path) };

      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await ann.upload({ audio, newFormat: 'opus' });
        const task = (await ann.tasks()).at(-1);
        const state = async () => (await ann.tasks()).at(-1)?.state;
        const first = await startWorker();
        while ((await state()) !== 'PROCESSING') await setTimeout(20);
        await first.end(signal);
        assert.equal(await state(), signal === 'SIGTERM' ? 'UPLOADED' : 'PROCESSING');
        if (signal === 'SIGKILL') await pass(url, 45);
        const second = await startWorker();
        assert.equal((await ann.settled(task?.id ?? 0)).state, 'PROCESSED');
        await second.end('SIGTERM');
        assert.equal(second.child.exitCode, 0);
      }
      await api.end('SIGTERM');
    });
  });
});

/** Lets time pass for the leases; some is left, so that the message comes too early and again. */
async function pass(url: string, seconds: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("update tasks set lease_until = lease_until - $1 * interval '1 second'", [seconds]);
  await client.end();
}
