import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { makeTone } from '../support/audio.ts';
import { type Client, newClient } from './client.ts';
import { median, printTable } from './figures.ts';
import { crowdLoop } from './loop-crowd.ts';
import { measuringLoop } from './loop-delays.ts';
import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';
import { startService } from './service.ts';

/** Connections that log in with a wrong password as fast as they are answered. */
const FLOODS = { whole: [10, 50, 200], quick: [50] };

/** Conversions of which the median is taken, before each flood and in it. */
const TIMES = { whole: 9, quick: 5 };

/** Milliseconds between two looks whether a conversion has ended; the end is taken from the service's own clock. */
const LOOK = 50;

/**
 * Delays of the event loop in a crowd. Then a conversion of one second during a flood of wrong passwords, as against the
 * same conversion alone just before: hashes share the cores with ffmpeg, and the thread pool with file operations.
 */
export async function loop({ quick }: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const delays = join(folder, 'delays');
  const service = await startService(measuringLoop(delays));
  try {
    const files = { delays, long: join(folder, 'long.wav'), upload: join(folder, 'upload.wav') };
    await makeTone(files.long, 600);
    await makeTone(files.upload, 60);
    await crowdLoop(service, files);
    const client = await newClient(service.url);
    const path = join(folder, 'second.wav');
    await makeTone(path, 1);
    const count = quick ? TIMES.quick : TIMES.whole;
    await times(client, path, count);
    const rows = [['connections', 'alone', 'in the flood', 'times', '401 a second', '503 a second']];
    for (const connections of quick ? FLOODS.quick : FLOODS.whole) {
      progress.step(`flood of wrong passwords on ${connections} connections`);
      rows.push(await during(connections, service.url, () => times(client, path, count)));
    }
    printTable(rows);
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
  }
}

async function during(connections: number, url: string, convert: () => Promise<number>): Promise<string[]> {
  const alone = await convert();
  const flood = startFlood(url, connections);
  const crowded = await convert();
  flood.stop();
  const { duration, statusCodeStats } = await flood.ended;
  const counts = new Map(Object.entries(statusCodeStats ?? {}));
  const rate = (status: string) => ((counts.get(status)?.count ?? 0) / duration).toFixed(0);
  const ratio = (crowded / alone).toFixed(2);
  return [String(connections), ms(alone), ms(crowded), ratio, rate('401'), rate('503')];
}

/** @returns the median, in milliseconds from before the upload to the end of the task */
async function times(client: Client, path: string, count: number): Promise<number> {
  const found: number[] = [];
  while (found.length < count) {
    const began = Date.now();
    const id = await client.create(path, 'mp3');
    found.push((await client.settled(LOOK)) - began);
    await client.remove(id);
  }
  return median(found);
}

/** Runs until it is stopped; ten minutes are a bound and never reached. */
function startFlood(url: string, connections: number) {
  const ended = Promise.withResolvers<autocannon.Result>();
  const instance = autocannon(
    {
      url: `${url}/api/auth/login`,
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'nobody@example.org', password: 'wrong horse' }),
      ...{ connections, duration: 600, timeout: 60 },
    },
    (error, result) => (error ? ended.reject(error) : ended.resolve(result)),
  );
  return { stop: () => instance.stop(), ended: ended.promise };
}

const ms = (value: number) => `${value.toFixed(0)} ms`;
