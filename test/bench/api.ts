import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { makeTone } from '../support/audio.ts';
import { type Contestant, withContestants } from './contestants.ts';
import { askEvenly, type Load } from './crowd.ts';
import { median, printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { type CpuTimes, cpuTimes, timesBetween } from './processes.ts';
import { progress, showRound } from './progress.ts';

/** Tasks of the user who asks, of whom each request gets ten. */
const TASKS = 20;
const PATH = '/api/tasks?max=10';

const ROUNDS = { whole: 5, quick: 2 };

/** As many requests as fit on some connections: each asks again when it has its answer. */
interface ClosedLoop {
  connections: number;
  amount: number;
}

const FIFTY: ClosedLoop = { connections: 50, amount: 4000 };
const CROWD: ClosedLoop = { connections: 750, amount: 7500 };

/** What the first generation stated as its target; the requests come evenly in time. */
const EVENLY = { connections: 750, rate: 1000 };
const SECONDS = { whole: 10, quick: 4 };

/** One run of a closed loop. */
interface Run extends Load {
  /** CPU milliseconds of each request. */
  cpu: { service: number; database: number };
}

/**
 * `GET /api/tasks` of `npm start`, and of `npm run serve` with a process for each core, in a closed loop on 50 and on 750 connections, and by 750 connections that ask 1,000 times a second
 * together. With PEER=folder also the first generation, in turn.
 */
export async function api({ quick }: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const rounds = quick ? ROUNDS.quick : ROUNDS.whole;
  try {
    const work = async (contestants: readonly Contestant[]) => {
      for (const one of contestants) await makeTasks(one, folder);
      await race(contestants, FIFTY, rounds);
      await race(contestants, CROWD, quick ? 1 : ROUNDS.quick);
      await crowd(contestants, quick ? SECONDS.quick : SECONDS.whole);
    };
    await withContestants({}, work, true);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function makeTasks({ name, client }: Contestant, folder: string): Promise<void> {
  progress.step(`making ${TASKS} tasks: ${name}`);
  const path = join(folder, 'short.wav');
  await makeTone(path, 0.1);
  for (let made = 0; made < TASKS; made++) await client.create(path, 'mp3');
  await client.settled();
}

async function race(contestants: readonly Contestant[], how: ClosedLoop, rounds: number): Promise<void> {
  const measure = `${how.connections} connections`;
  const runs = contestants.map((): Run[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, one] of contestants.entries()) {
      // The first round warms up.
      if (round === 0) progress.step(`${measure}, warming up: ${one.name}`);
      else showRound(measure, round, rounds, one.name);
      const run = await closedLoop(one, how);
      if (round > 0) runs[index]?.push(run);
    }
  }
  const last = runs.at(-1) ?? [];
  printTable([
    [`GET ${PATH}, ${measure}, closed loop`, ...RACE_COLUMNS],
    ...contestants.map(({ name }, index) => [name, ...figures(runs[index] ?? [], last)]),
  ]);
}

const RACE_COLUMNS = [
  'requests a second',
  'ratio to the last',
  'p95 ms',
  'errors',
  'CPU ms a request: service',
  'database',
  'ratio of both to the last',
];

function figures(runs: readonly Run[], last: readonly Run[]): string[] {
  const middle = (of: (run: Run, round: number) => number) => median(runs.map(of));
  const whole = ({ service, database }: Run['cpu']) => service + database;
  const other = (round: number) => last[round] ?? runs[round];
  return [
    middle(({ rate }) => rate).toFixed(0),
    middle(({ rate }, round) => rate / (other(round)?.rate ?? rate)).toFixed(2),
    middle(({ p95 }) => p95).toFixed(0),
    runs.reduce((sum, { errors }) => sum + errors, 0).toFixed(0),
    middle(({ cpu }) => cpu.service).toFixed(3),
    middle(({ cpu }) => cpu.database).toFixed(3),
    middle(({ cpu }, round) => whole(cpu) / whole(other(round)?.cpu ?? cpu)).toFixed(2),
  ];
}

async function crowd(contestants: readonly Contestant[], seconds: number): Promise<void> {
  const { connections, rate } = EVENLY;
  const rows = [[`${connections} connections, ${rate} a second`, 'answers', 'errors', 'p95 ms']];
  for (const one of contestants) {
    progress.step(`crowd, ${seconds} s: ${one.name}`);
    const { answers, errors, p95 } = await askEvenly(`${one.url}${PATH}`, one.client.headers, {
      connections,
      rate,
      seconds,
    });
    rows.push([one.name, String(answers), String(errors), p95.toFixed(0)]);
  }
  printTable(rows);
}

async function closedLoop(one: Contestant, how: ClosedLoop): Promise<Run> {
  const before = await cpuTimes(one.roots);
  const load = await ask(one, how);
  return { ...load, cpu: perRequest(timesBetween(before, await cpuTimes(one.roots)), load.answers) };
}

function perRequest({ service, database }: CpuTimes, answers: number): Run['cpu'] {
  return { service: (service * 1000) / answers, database: (database * 1000) / answers };
}

function ask({ url, client }: Contestant, how: ClosedLoop): Promise<Load> {
  const times: number[] = [];
  const began = performance.now();
  // autocannon itself ends at the next whole second.
  let ended = began;
  return new Promise((resolve, reject) => {
    const run = autocannon(
      { url: `${url}${PATH}`, headers: client.headers, timeout: 30, ...how },
      (error, result) => {
        if (error) return reject(error);
        times.sort((a, b) => a - b);
        resolve({
          answers: times.length,
          errors: result.errors + result.timeouts + result.non2xx,
          rate: (times.length * 1000) / (ended - began),
          p95: times[Math.floor(times.length * 0.95)] ?? Number.NaN,
        });
      },
    );
    run.on('response', (_client, _status, _bytes, milliseconds) => {
      times.push(milliseconds);
      ended = performance.now();
    });
  });
}
