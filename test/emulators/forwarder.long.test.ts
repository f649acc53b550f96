import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { PubSub } from '@google-cloud/pubsub';
import { z } from 'zod';
import { DELIVERIES, forward } from '../../lib/emulate/forwarder.ts';
import { closeServer, listen } from '../../lib/http/guarded-server.ts';
import { testEmulators } from '../support/emulators.ts';

const PUSHED = z.object({ message: z.object({ data: z.string(), messageId: z.string() }) });

/** What one address was sent, and how it answers, by how often it was asked. */
interface Heard {
  url: string;
  messages: string[];
  server: Server;
}

describe('A forwarder', function () {
  this.timeout(60_000);
  const emulators = testEmulators();
  let pubsub: PubSub;
  let servers: Server[] = [];
  let stop: () => Promise<void> = async () => undefined;

  beforeEach(() => {
    pubsub = new PubSub({ projectId: 'test', apiEndpoint: emulators().pubsub, emulatorMode: true });
  });
  afterEach(async () => {
    await stop();
    await pubsub.close();
    for (const server of servers) await closeServer(server);
    servers = [];
  });

  const hear = async (status: (asked: number) => number): Promise<Heard> => {
    const messages: string[] = [];
    const server = createServer(async (request, response) => {
      const { message } = PUSHED.parse(JSON.parse(await text(request)));
      messages.push(Buffer.from(message.data, 'base64').toString());
      response.writeHead(status(messages.length)).end();
    });
    servers.push(server);
    return { url: await listen(server, 0), messages, server };
  };
  const newTopic = async () => {
    const [topic] = await pubsub.createTopic(`t-${randomUUID()}`);
    const [subscription] = await topic.createSubscription(`s-${randomUUID()}`);
    return { topic, subscription };
  };

  it('hands a message to the dead letter after its deliveries, again until that takes it, and goes on', async () => {
    const taken = Promise.withResolvers<void>();
    const others = Promise.withResolvers<void>();
    const convert = await hear((asked) => {
      if (asked > DELIVERIES) others.resolve();
      return asked > DELIVERIES ? 204 : 429;
    });
    const deadLetter = await hear((asked) => {
      if (asked === 2) taken.resolve();
      return asked === 2 ? 204 : 503;
    });
    const { topic, subscription } = await newTopic();
    const urls = { url: convert.url, deadLetter: deadLetter.url };
    stop = forward({ subscription, ...urls, headers: {}, pause: () => 0 });
    await topic.publishMessage({ data: Buffer.from('poison') });
    await taken.promise;
    assert.deepEqual(convert.messages, Array<string>(DELIVERIES).fill('poison'));
    assert.deepEqual(deadLetter.messages, ['poison', 'poison']);
    await topic.publishMessage({ data: Buffer.from('good') });
    await others.promise;
    assert.equal(convert.messages.length, DELIVERIES + 1);
    assert.equal(convert.messages.at(-1), 'good');
    assert.equal(deadLetter.messages.length, 2);
  });

  it('delivers without end where there is no dead letter', async () => {
    const many = Promise.withResolvers<void>();
    const convert = await hear((asked) => {
      if (asked > DELIVERIES + 5) many.resolve();
      return asked > DELIVERIES + 5 ? 204 : 429;
    });
    const { topic, subscription } = await newTopic();
    stop = forward({ subscription, url: convert.url, headers: {}, pause: () => 0 });
    await topic.publishMessage({ data: Buffer.from('late') });
    await many.promise;
    assert.equal(convert.messages.length, DELIVERIES + 6);
  });
});
