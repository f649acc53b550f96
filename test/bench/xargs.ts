import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import type { Format } from '../../lib/audio/formats/formats.ts';
import { cpuTimes, timesBetween } from './processes.ts';

/** Milliseconds of bare ffmpeg, and its CPU time. */
export interface Bare {
  /** Until the last program has ended, with what it wrote still in memory. */
  ended: number;
  /** Until all of it is on the disk as well, where a service's results are before it says that they are there. */
  synced: number;
  /** CPU seconds of all runs together. */
  cpu: number;
}

/** Bare ffmpeg over many files, so many at once, with a format's own encoder settings. What it makes is removed again. */
export async function xargs(
  ffmpeg: string,
  sources: readonly string[],
  format: Format,
  atOnce: number,
): Promise<Bare> {
  const encoder = ['-c:a', format.codec.encoders[0].name, ...rate(format), ...format.settings];
  const result = (source: string) => `${source}.out.${format.extension}`;
  const one = [ffmpeg, '-nostdin', '-v', 'error', '-y', '-i', '{}', ...encoder, result('{}')];
  const before = await cpuTimes([process.pid]);
  const began = Date.now();
  const child = spawn('xargs', ['-P', String(atOnce), '-I', '{}', ...one], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(sources.map((path) => `${path}\n`).join(''));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`xargs ended with ${code}`);
  const ended = Date.now() - began;
  const { programs: cpu } = timesBetween(before, await cpuTimes([process.pid]));
  for (const source of sources) await sync(result(source));
  const synced = Date.now() - began;
  for (const source of sources) await rm(result(source));
  return { ended, synced, cpu };
}

async function sync(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What the product itself asks of the encoder for stereo. */
function rate({ codec: { bitrates } }: Format): readonly string[] {
  if (!bitrates) return [];
  const { standard, constant, variable } = bitrates;
  return 'perChannel' in standard
    ? constant(standard.perChannel * 2)
    : (variable?.(standard.quality, 2) ?? []);
}
