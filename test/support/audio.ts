import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, findBinaries, type Wanted } from '../../lib/audio/ffmpeg/binaries.ts';
import type { WantedSandbox } from '../../lib/audio/ffmpeg/program-sandbox.ts';

const run = promisify(execFile);

const found = new Map<string, Promise<Binaries>>();

/** What the product itself would use here, or what FFMPEG_PATH names. */
export function binaries(): Promise<Binaries> {
  const { FFMPEG_PATH: ffmpegPath, PATH: path = '' } = process.env;
  return findOnce({ ffmpegPath, ffprobePath: undefined, path, fallback: true, sandbox: SANDBOX });
}

/** As `findBinaries`, once for all services of a process that want the same: it takes two seconds of CPU time. */
export function findOnce({ sandbox, ...programs }: Wanted): Promise<Binaries> {
  const key = JSON.stringify([programs, sandbox.mode]);
  const known = found.get(key) ?? findBinaries({ ...programs, sandbox: { ...SANDBOX, mode: sandbox.mode } });
  found.set(key, known);
  return known;
}

/** The strongest sandbox of this machine, as in the product. */
export const SANDBOX: WantedSandbox = {
  mode: 'auto',
  folder: join(tmpdir(), `tonemill-tests-${process.getuid?.() ?? 'user'}`),
};

/** Writes a sine tone; the file's extension says as what. */
export function makeTone(path: string, seconds: number, ...settings: string[]): Promise<void> {
  return makeSound(path, `sine=frequency=440:sample_rate=48000:duration=${seconds}`, ...settings);
}

/** Writes what one of ffmpeg's audio sources makes. */
export async function makeSound(path: string, source: string, ...settings: string[]): Promise<void> {
  const { ffmpeg } = await binaries();
  await run(ffmpeg.path, ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, ...settings, path]);
}

/** Writes some seconds of speech as WAV; false where there is no espeak-ng. */
export async function makeSpeech(path: string): Promise<boolean> {
  const text = 'The north wind and the sun argued one day about which of them was the stronger. '.repeat(3);
  try {
    await run('espeak-ng', ['-w', path, text]);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
