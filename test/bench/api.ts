import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { findFormat } from '../../lib/audio/formats/formats.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { type Client, newClient } from './client.ts';
import { askEvenly, type Load } from './crowd.ts';
import { median, printTable } from './figures.ts';
import { startPeer } from './peer.ts';
import { progress, showRound } from './progress.ts';
import { startService } from './service.ts';
import { makeSources } from './sources.ts';
import { xargs } from './xargs.ts';

/** Tasks of the user who asks, of whom each request gets ten. */
const TASKS = 20;
const PATH = '/api/tasks?max=10';

const ROUNDS = 3;

/** What the first generation stated as its target. */
const CROWD = { connections: 750, rate: 1000, seconds: 10 };

/** As many as fit on 50 connections. */
const RACE = { connections: 50, amount: 4000 };

interface Contestant {
  name: string;
  url: string;
  client: Client;
}

/**
 * `GET /api/tasks` on 50 connections, and by 750 connections that ask 1,000 times a second together; then the time from
 * an accepted POST to PROCESSED beyond what ffmpeg alone takes. With PEER=folder also the first generation, in turn.
 */
export async function api(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const service = await startService();
  const peer = await startPeer();
  try {
    const contestants = [await contestant('tonemill', service.url, folder)];
    if (peer) contestants.push(await contestant('first generation', peer.url, folder));
    await race(contestants);
    await crowd(contestants);
    await latency(contestants, folder);
  } finally {
    await peer?.stop();
    await service.stop();
    await rm(folder, { recursive: true });
  }
}

async function contestant(name: string, url: string, folder: string): Promise<Contestant> {
  progress.step(`making ${TASKS} tasks: ${name}`);
  const client = await newClient(url);
  const path = join(folder, 'short.wav');
  await makeTone(path, 0.1);
  for (let made = 0; made < TASKS; made++) await client.create(path, 'mp3');
  await client.settled();
  return { name, url, client };
}

async function race(contestants: readonly Contestant[]): Promise<void> {
  const rates = contestants.map(() => [] as number[]);
  const p95s = contestants.map(() => [] as number[]);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, one] of contestants.entries()) {
      // The first round warms up.
      if (round === 0) progress.step(`race, warming up: ${one.name}`);
      else showRound('race', round, ROUNDS, one.name);
      const { rate, p95 } = await load(one, RACE);
      if (round > 0) rates[index]?.push(rate);
      if (round > 0) p95s[index]?.push(p95);
    }
  }
  const ratio = (index: number) =>
    median((rates[index] ?? []).map((rate, round) => rate / (rates.at(-1)?.[round] ?? Number.NaN))).toFixed(
      2,
    );
  printTable([
    [`GET ${PATH}, ${RACE.connections} connections`, 'requests a second', 'p95 ms', 'ratio to the last'],
    ...contestants.map(({ name }, index) => [
      name,
      median(rates[index] ?? []).toFixed(0),
      median(p95s[index] ?? []).toFixed(0),
      ratio(index),
    ]),
  ]);
}

async function crowd(contestants: readonly Contestant[]): Promise<void> {
  const rows = [[`${CROWD.connections} connections, ${CROWD.rate} a second`, 'answers', 'errors', 'p95 ms']];
  for (const one of contestants) {
    progress.step(`crowd, ${CROWD.seconds} s: ${one.name}`);
    const { answers, errors, p95 } = await askEvenly(`${one.url}${PATH}`, one.client.headers, CROWD);
    rows.push([one.name, String(answers), String(errors), p95.toFixed(0)]);
  }
  printTable(rows);
}

function load({ url, client }: Contestant, how: typeof RACE): Promise<Load> {
  const times: number[] = [];
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const run = autocannon(
      { url: `${url}${PATH}`, headers: client.headers, timeout: 30, ...how },
      (error, result) => {
        if (error) return reject(error);
        const seconds = (performance.now() - began) / 1000;
        times.sort((a, b) => a - b);
        resolve({
          answers: times.length,
          errors: result.errors + result.timeouts + result.non2xx,
          rate: times.length / seconds,
          p95: times[Math.floor(times.length * 0.95)] ?? Number.NaN,
        });
      },
    );
    run.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
}

/** 30 s of WAV to MP3. */
async function latency(contestants: readonly Contestant[], folder: string): Promise<void> {
  const { ffmpeg } = await binaries();
  const mp3 = findFormat('mp3');
  if (!mp3) throw new TypeError('there is no mp3');
  const sources = await makeSources(ffmpeg.path, folder, 'wav', 1, 30);
  const alone: number[] = [];
  const taken = contestants.map(() => [] as number[]);
  const rounds = ROUNDS * 3;
  for (let round = 0; round < rounds; round++) {
    showRound('latency', round + 1, rounds, 'ffmpeg alone');
    alone.push((await xargs(ffmpeg.path, sources, mp3, 1)).ended);
    for (const [index, { name, client }] of contestants.entries()) {
      showRound('latency', round + 1, rounds, name);
      const id = await client.create(sources[0] ?? '', 'mp3');
      const accepted = Date.now();
      taken[index]?.push((await client.settled(10)) - accepted);
      await client.remove(id);
    }
  }
  printTable([
    ['30 s WAV to MP3, POST accepted to PROCESSED', 'ms', 'beyond ffmpeg alone'],
    ['ffmpeg alone', median(alone).toFixed(0), ''],
    ...contestants.map(({ name }, index) => {
      const beyond = (taken[index] ?? []).map((time, round) => time - (alone[round] ?? Number.NaN));
      return [name, median(taken[index] ?? []).toFixed(0), `${median(beyond).toFixed(0)} ms`];
    }),
  ]);
}
