import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFormat } from '../../lib/audio/formats/formats.ts';
import { binaries } from '../support/audio.ts';
import { type Contestant, withContestants } from './contestants.ts';
import { median, printTable } from './figures.ts';
import { type Moment, readMoments, recordingInto } from './mark-file.ts';
import type { BenchOptions } from './options.ts';
import { type CpuTimes, cpuTimes, timesBetween } from './processes.ts';
import { showRound } from './progress.ts';
import { makeSources } from './sources.ts';
import { xargs } from './xargs.ts';

const ROUNDS = { whole: 15, quick: 5 };

/** Milliseconds between two looks at the tasks: the first generation does not say when a task has ended. */
const LOOK = { tonemill: 50, peer: 10 };

/** Conversions of one kind, by their rounds. */
interface Series {
  name: string;
  /** Milliseconds from the answer to the request until the task is PROCESSED. */
  taken: number[];
  /** Times of the answers, in milliseconds since 1970. */
  answered: number[];
  cpu: CpuTimes[];
}

/**
 * One 30 s WAV file to MP3 on an idle machine: milliseconds from the accepted POST to PROCESSED, and again from the accepted
 * PUT for the same format, beyond the time of ffmpeg alone; then the moments in between, as the service marks them.
 */
export async function latency({ quick }: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const marks = join(folder, 'marks');
  try {
    await withContestants(recordingInto(marks), async (contestants) => {
      const { alone, series } = await takeTurns(contestants, folder, quick ? ROUNDS.quick : ROUNDS.whole);
      printTable(summary(alone, series));
      const [first, again] = series;
      if (first && again) printTable(await trace(marks, first, again));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All rounds. This service has the first two series: new tasks, and changed ones. */
async function takeTurns(contestants: readonly Contestant[], folder: string, rounds: number) {
  const { ffmpeg } = await binaries();
  const mp3 = findFormat('mp3');
  if (!mp3) throw new TypeError('there is no mp3');
  const sources = await makeSources(ffmpeg.path, folder, 'wav', 1, 30);
  const alone = newSeries('ffmpeg alone');
  const series = contestants.flatMap(({ name }) => [newSeries(name), newSeries(`${name}, again`)]);
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const show = (who: string) =>
      showRound('latency', round, rounds, round === 0 ? `${who}, warming up` : who);
    show(alone.name);
    await measured(alone, [process.pid], async () => ({
      taken: (await xargs(ffmpeg.path, sources, mp3, 1)).ended,
      answered: 0,
    }));
    for (const [index, one] of contestants.entries()) {
      show(one.name);
      await convertTwice(one, sources[0] ?? '', series.slice(2 * index, 2 * index + 2), index === 0);
    }
  }
  for (const one of [alone, ...series]) dropFirst(one);
  return { alone, series };
}

async function convertTwice(
  { client, roots }: Contestant,
  source: string,
  [first, again]: readonly Series[],
  isOurs: boolean,
): Promise<void> {
  const ended = async () => {
    const answered = performance.timeOrigin + performance.now();
    return { answered, taken: (await client.settled(isOurs ? LOOK.tonemill : LOOK.peer)) - answered };
  };
  let id = 0;
  if (first)
    await measured(first, roots, async () => {
      id = await client.create(source, 'mp3');
      return ended();
    });
  if (again)
    await measured(again, roots, async () => {
      await client.change(id, 'mp3');
      return ended();
    });
  await client.remove(id);
}

async function measured(
  { taken, answered, cpu }: Series,
  roots: readonly number[],
  work: () => Promise<{ taken: number; answered: number }>,
): Promise<void> {
  const before = await cpuTimes(roots);
  const found = await work();
  taken.push(found.taken);
  answered.push(found.answered);
  cpu.push(timesBetween(before, await cpuTimes(roots)));
}

const newSeries = (name: string): Series => ({ name, taken: [], answered: [], cpu: [] });

function dropFirst({ taken, answered, cpu }: Series): void {
  for (const values of [taken, answered, cpu]) values.shift();
}

function summary(alone: Series, series: readonly Series[]): string[][] {
  const row = (one: Series) => {
    const beyond = one.taken.map((time, round) => time - (alone.taken[round] ?? Number.NaN));
    const cpu = (part: keyof CpuTimes) =>
      ((one.cpu.reduce((sum, times) => sum + times[part], 0) * 1000) / one.cpu.length).toFixed(0);
    const figures = [median(one.taken).toFixed(0), one === alone ? '' : median(beyond).toFixed(0)];
    const own = one === alone ? ['', ''] : [cpu('service'), cpu('database')];
    return [one.name, ...figures, cpu('programs'), ...own];
  };
  return [
    ['30 s WAV to MP3, from the answer to PROCESSED', 'ms', 'beyond ffmpeg alone', ...CPU_COLUMNS],
    ...[alone, ...series].map(row),
  ];
}

const CPU_COLUMNS = ['CPU ms of ffmpeg and ffprobe', 'of the service', 'of the database'];

/** Median moments of new and of changed tasks, which take turns. */
async function trace(path: string, first: Series, again: Series): Promise<string[][]> {
  // The first two conversions warm up.
  const conversions = (await readMoments(path)).slice(2);
  const [created, changed] = [0, 1].map((kind) => conversions.filter((_, index) => index % 2 === kind));
  const heading = [
    'step',
    'ms after the answer to POST',
    'ms of the step',
    'after that to PUT',
    'of the step',
  ];
  const ofFirst = moments(created ?? [], first.answered);
  const ofAgain = moments(changed ?? [], again.answered);
  const steps = [...ofFirst.keys()];
  const cells = (step: string, of: ReadonlyMap<string, { after: number; alone: number }>) => {
    const found = of.get(step);
    return found ? [found.after.toFixed(1), found.alone.toFixed(1)] : ['', ''];
  };
  return [heading, ...steps.map((step) => [step, ...cells(step, ofFirst), ...cells(step, ofAgain)])];
}

/** Milliseconds by step, in the order of the first conversion: after the answer, and after the step before it. */
function moments(
  conversions: readonly (readonly Moment[])[],
  answered: readonly number[],
): Map<string, { after: number; alone: number }> {
  const found = new Map<string, { after: number; alone: number }>();
  for (const { step } of conversions[0] ?? []) {
    const seen = conversions.flatMap((marks, round) => {
      const index = marks.findIndex((moment) => moment.step === step);
      const at = marks[index]?.at;
      const before = marks[index - 1]?.at ?? at;
      if (at === undefined || before === undefined) return [];
      return [{ after: at - (answered[round] ?? Number.NaN), alone: at - before }];
    });
    found.set(step, {
      after: median(seen.map(({ after }) => after)),
      alone: median(seen.map(({ alone }) => alone)),
    });
  }
  return found;
}
