import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { AudioEngine } from '../../lib/audio/engine/engine.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { makeSound } from '../support/audio.ts';
import { convertWith, testEngine } from '../support/engine.ts';
import { printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';

/** Files, which are short: the arithmetic depends on bits a second, of which these limits ask as of an hour. */
const FILES = { whole: 200, quick: 20 };

/** Limits as bits for each second of the file. */
const LIMITS = [20_000, 40_000, 80_000, 160_000, 300_000] as const;

const FORMATS = ['mp3', 'm4a', 'opus', 'ogg', 'webm'] as const;

/** Sounds of several kinds; `n` makes each file another one. */
const SOUNDS: readonly ((n: number) => string)[] = [
  (n) => `anoisesrc=color=pink:amplitude=0.4:seed=${n}`,
  (n) => `sine=frequency=${200 + n * 7}:beep_factor=4`,
  (n) => `aevalsrc=0.3*sin(${n + 150}*2*PI*t)*(1+sin(6*t))+0.1*random(0)`,
  (n) => `anoisesrc=color=brown:amplitude=0.8:seed=${n},tremolo=f=4:d=0.8`,
];

/** Results of the option `fit`: those over their limits, and the share of each limit that is used. */
export async function fit({ quick }: BenchOptions): Promise<void> {
  const files = quick ? FILES.quick : FILES.whole;
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const engine = await testEngine();
  const semaphore = pLimit(availableParallelism());
  try {
    const numbers = [...Array(files).keys()];
    const tries = numbers.map((n) => semaphore(() => tryFile(engine, folder, n, files)));
    const found = (await Promise.all(tries)).flat();
    printTable([
      [
        'bits a second of the limit',
        'results',
        'over',
        'least used',
        'median',
        '95 % or highest bitrate',
        'refused',
      ],
      ...LIMITS.map((limit) =>
        rowOf(
          limit,
          found.filter((one) => one.limit === limit),
        ),
      ),
    ]);
  } finally {
    engine.killAll();
    await rm(folder, { recursive: true });
  }
}

interface Found {
  limit: number;
  /** Part of the limit; null if the limit was refused. */
  used: number | null;
  /** Whether no higher bitrate is possible. */
  isHighest: boolean;
}

async function tryFile(engine: AudioEngine, folder: string, n: number, files: number): Promise<Found[]> {
  const seconds = 3 + (n % 5);
  const input = join(folder, `${n}.wav`);
  const rate = [44_100, 48_000, 22_050][n % 3] ?? 44_100;
  const sound = SOUNDS[n % SOUNDS.length]?.(n) ?? '';
  await makeSound(input, sound, '-ar', String(rate), '-ac', String(1 + (n % 2)), '-t', String(seconds));
  const format = FORMATS[n % FORMATS.length] ?? 'mp3';
  const found: Found[] = [];
  for (const limit of LIMITS) found.push(await tryLimit(engine, input, format, limit, (limit * seconds) / 8));
  await rm(input);
  progress.step(`${n + 1} of ${files} files`);
  return found;
}

async function tryLimit(
  engine: AudioEngine,
  input: string,
  format: string,
  limit: number,
  maxBytes: number,
): Promise<Found> {
  const output = `${input}-${limit}.${format}`;
  try {
    const { size, adaptations } = await convertWith(engine, input, output, format, { fit: { maxBytes } });
    const isHighest = adaptations.some(({ reason }) => /No higher|no nearer|no size/.test(reason));
    return { limit, used: size / maxBytes, isHighest };
  } catch (error) {
    if (!hasCode(error, 'result_too_large')) throw error;
    return { limit, used: null, isHighest: false };
  } finally {
    await rm(output, { force: true });
  }
}

function rowOf(limit: number, found: readonly Found[]): string[] {
  const made = found.flatMap(({ used, isHighest }) => (used === null ? [] : [{ used, isHighest }]));
  const used = made.map((one) => one.used).sort((one, other) => one - other);
  const percent = (part: number | undefined) => (part === undefined ? '' : `${(part * 100).toFixed(1)} %`);
  return [
    String(limit),
    String(made.length),
    String(used.filter((one) => one > 1).length),
    percent(used[0]),
    percent(used[Math.floor(used.length / 2)]),
    String(made.filter((one) => one.used >= 0.95 || one.isHighest).length),
    String(found.length - made.length),
  ];
}
