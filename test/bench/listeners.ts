import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { newClient } from './client.ts';
import { printTable } from './figures.ts';
import { currentMemory } from './memory.ts';
import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';
import { startService } from './service.ts';
import { writeSilence } from './silence.ts';

const LISTENERS = { whole: 2000, quick: 500 };

/**
 * Memory of the Node process with listeners of `GET /api/events`: at rest, while they wait, and after one conversion whose
 * end each of them was sent.
 */
export async function listeners({ quick }: BenchOptions): Promise<void> {
  const count = quick ? LISTENERS.quick : LISTENERS.whole;
  const service = await startService();
  const requests: ClientRequest[] = [];
  try {
    const client = await newClient(service.url);
    const rest = await currentMemory(service.pid);
    const streams: IncomingMessage[] = [];
    for (let open = 0; open < count; open++) {
      const [stream, sent] = await listen(`${service.url}/api/events`, client.headers);
      requests.push(sent);
      streams.push(stream);
      if (streams.length % 500 === 0) progress.step(`${streams.length} of ${count} listeners`);
    }
    const waiting = await currentMemory(service.pid);
    progress.step('converting');
    const ended = Promise.all(streams.map(processed));
    const path = join(service.data, 'silence.wav');
    await writeSilence(path, 400_000);
    await client.create(path, 'mp3');
    await ended;
    const sent = await currentMemory(service.pid);
    printTable([
      ['listeners', 'at rest (MB)', 'waiting (MB)', 'after a conversion (MB)'],
      [count, rest, waiting, sent].map((figure) => figure.toFixed(0)),
    ]);
  } finally {
    for (const sent of requests) sent.destroy();
    await service.stop();
  }
}

/** Opens one stream of events, on a connection of its own. */
async function listen(
  url: string,
  headers: Record<string, string>,
): Promise<[IncomingMessage, ClientRequest]> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(url, { headers, agent: false }, resolve);
  sent.on('error', reject);
  sent.end();
  return [await promise, sent];
}

/** Waits for the event that a task is PROCESSED. */
async function processed(stream: IncomingMessage): Promise<void> {
  for await (const text of stream.setEncoding('utf8')) if (String(text).includes('"PROCESSED"')) return;
}
