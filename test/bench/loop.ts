import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { makeTone } from '../support/audio.ts';
import { type Client, newClient } from './client.ts';
import { median, printTable } from './figures.ts';
import { startService } from './service.ts';

/** Connections that log in with a wrong password as fast as they are answered. */
const FLOODS = [10, 50, 200];

/** Conversions of which the median is taken, before each flood and in it. */
const TIMES = 9;

/** Milliseconds between two looks whether a conversion has ended; the end is taken from the service's own clock. */
const LOOK = 50;

/**
 * A conversion of one second during a flood of wrong passwords, as against the same conversion alone just before: hashes
 * share the cores with ffmpeg, and the thread pool with file operations. Takes a minute.
 */
export async function loop(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const service = await startService();
  try {
    const client = await newClient(service.url);
    const path = join(folder, 'second.wav');
    await makeTone(path, 1);
    await times(client, path);
    const rows = [['connections', 'alone', 'in the flood', 'times', '401 a second', '503 a second']];
    for (const connections of FLOODS) rows.push(await during(connections, service.url, client, path));
    printTable(rows);
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
  }
}

async function during(connections: number, url: string, client: Client, path: string): Promise<string[]> {
  const alone = await times(client, path);
  const flood = startFlood(url, connections);
  const crowded = await times(client, path);
  flood.stop();
  const { duration, statusCodeStats } = await flood.ended;
  const counts = new Map(Object.entries(statusCodeStats ?? {}));
  const rate = (status: string) => ((counts.get(status)?.count ?? 0) / duration).toFixed(0);
  const ratio = (crowded / alone).toFixed(2);
  return [String(connections), ms(alone), ms(crowded), ratio, rate('401'), rate('503')];
}

/** @returns the median, in milliseconds from before the upload to the end of the task */
async function times(client: Client, path: string): Promise<number> {
  const found: number[] = [];
  while (found.length < TIMES) {
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
