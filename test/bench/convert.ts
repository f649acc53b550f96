import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Format, findFormat } from '../../lib/audio/formats/formats.ts';
import { binaries } from '../support/audio.ts';
import { type Contestant, withContestants } from './contestants.ts';
import { median, printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { type CpuTimes, cpuTimes, timesBetween } from './processes.ts';
import { progress, showRound } from './progress.ts';
import { makeSources } from './sources.ts';
import { type Bare, xargs } from './xargs.ts';

/** Pairs of formats; encoders for listeners take so long that one round says as much as three of a WAV file. */
const PAIRS = [
  { from: 'mp3', to: 'wav', rounds: 3 },
  { from: 'wav', to: 'mp3', rounds: 1 },
  { from: 'mp3', to: 'ogg', rounds: 1 },
] as const;

const SIZES = { whole: { files: 20, seconds: 180 }, quick: { files: 6, seconds: 60 } };
const AT_ONCE = 2;

/** All files of a round, with or without their uploads. */
interface Turn {
  milliseconds: number;
  cpu: CpuTimes;
}

/** A contestant, and its turns of each round: with the uploads, and again without them. */
interface Race extends Contestant {
  uploaded: Turn[];
  converted: Turn[];
}

/**
 * Files a minute against `xargs -P 2 ffmpeg` with the same program on the same files, as a ratio of each round; with
 * PEER=folder also the first generation. A round uploads every file, and then requests the same format again, which
 * measures the conversions alone. A further ratio is to the time in which xargs has its files on the disk, too.
 */
export async function convert({ quick }: BenchOptions): Promise<void> {
  const { ffmpeg } = await binaries();
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const { files, seconds } = quick ? SIZES.quick : SIZES.whole;
  const environment = { CONVERSIONS: String(AT_ONCE), FFMPEG_PATH: ffmpeg.path };
  try {
    await withContestants(environment, async (contestants) => {
      const rows = [HEADING];
      for (const { from, to, rounds } of PAIRS) {
        const pair = `${from} to ${to}`;
        progress.step(`making ${files} ${from} files`);
        const sources = await makeSources(ffmpeg.path, folder, from, files, seconds);
        rows.push(...(await measure(pair, sources, formatOf(to), contestants, quick ? 1 : rounds)));
      }
      printTable(rows);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const HEADING = [
  'pair',
  'who',
  'files a minute',
  'ratio to xargs',
  'to xargs and sync',
  'with uploads',
  'CPU ms a file: ffmpeg',
  'service, with the upload',
  'without',
  'database, with',
  'without',
];

function formatOf(name: string): Format {
  const format = findFormat(name);
  if (!format) throw new TypeError(`${name} is no format`);
  return format;
}

async function measure(
  pair: string,
  sources: readonly string[],
  format: Format,
  contestants: readonly Contestant[],
  rounds: number,
): Promise<string[][]> {
  const { ffmpeg } = await binaries();
  const races = contestants.map((one): Race => ({ ...one, uploaded: [], converted: [] }));
  const bare: Bare[] = [];
  for (let round = 0; round < rounds; round++) {
    const show = (step: string) => showRound(pair, round + 1, rounds, step);
    show('xargs');
    bare.push(await xargs(ffmpeg.path, sources, format, AT_ONCE));
    for (const one of races) await takePart(one, sources, format, show);
  }
  const { length } = sources;
  const empty = ['', '', '', ''];
  const cpu = perFile(median(bare.map(({ cpu }) => cpu)), length);
  const [ended, synced] = [bare.map((one) => one.ended), bare.map((one) => one.synced)];
  return [
    [pair, 'xargs', perMinute(ended, length), '1.00', '', '', cpu, ...empty],
    [pair, 'xargs and sync', perMinute(synced, length), '', '1.00', '', '', ...empty],
    ...races.map((one) => [pair, ...summary(one, bare, length)]),
  ];
}

async function takePart(
  { name, client, roots, uploaded, converted }: Race,
  sources: readonly string[],
  format: Format,
  show: (step: string) => void,
): Promise<void> {
  const ids: number[] = [];
  show(`${name}, uploads and conversions`);
  const first = await timed(roots, async () => {
    for (const path of sources) ids.push(await client.create(path, format.name));
    return client.settled();
  });
  show(`${name}, conversions alone`);
  const again = await timed(roots, async () => {
    for (const id of ids) await client.change(id, format.name);
    return client.settled();
  });
  uploaded.push(first);
  converted.push(again);
  for (const id of ids) await client.remove(id);
}

/** @param work returns its end, in milliseconds since 1970 */
async function timed(roots: readonly number[], work: () => Promise<number>): Promise<Turn> {
  const before = await cpuTimes(roots);
  const began = Date.now();
  const milliseconds = (await work()) - began;
  return { milliseconds, cpu: timesBetween(before, await cpuTimes(roots)) };
}

function summary({ name, uploaded, converted }: Race, bare: readonly Bare[], files: number): string[] {
  const ratio = (to: 'ended' | 'synced', turns: readonly Turn[]) =>
    median(turns.map((turn, round) => (bare[round]?.[to] ?? Number.NaN) / turn.milliseconds)).toFixed(2);
  const cpu = (part: keyof CpuTimes, turns: readonly Turn[]) =>
    perFile(median(turns.map((turn) => turn.cpu[part])), files);
  return [
    name,
    perMinute(
      converted.map(({ milliseconds }) => milliseconds),
      files,
    ),
    ratio('ended', converted),
    ratio('synced', converted),
    ratio('ended', uploaded),
    cpu('programs', converted),
    cpu('service', uploaded),
    cpu('service', converted),
    cpu('database', uploaded),
    cpu('database', converted),
  ];
}

/** Milliseconds of each file, from seconds of all. */
function perFile(seconds: number, files: number): string {
  return ((seconds * 1000) / files).toFixed(0);
}

function perMinute(times: readonly number[], files: number): string {
  return ((files * 60_000) / median(times)).toFixed(0);
}
