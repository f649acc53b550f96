import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { installPython } from '../support/python.ts';

const run = promisify(execFile);

const VENV = join(import.meta.dirname, '..', '..', '.build', 'mutagen');

const FOUND = z.object({
  /** Name of mutagen's class. */
  kind: z.string(),
  /** Values by the container's own name: `TIT2`, `TXXX:name`, `©nam`, `----:com.apple.iTunes:ISRC`, `artist`. */
  tags: z.record(z.string(), z.array(z.string())),
  /** Picture types as ID3 numbers them: 3 is the front cover. */
  pictures: z.array(z.object({ type: z.int(), mime: z.string(), sha256: z.string() })),
  /** Seconds. */
  chapters: z.array(z.object({ start: z.number(), title: z.string() })),
  seconds: z.number().nullable(),
  rate: z.number().nullable(),
  channels: z.number().nullable(),
});

export type MutagenTags = z.output<typeof FOUND>;

/** Installs mutagen from PyPI. @returns the path of its python, or undefined where it cannot be had */
export async function installMutagen(): Promise<string | undefined> {
  const programs = await installPython(VENV, import.meta.dirname);
  return programs && join(programs, 'python');
}

/** Reads files with mutagen (PyPI), which shares no code with ffmpeg and TagLib; null for each that it does not know. */
export async function readWithMutagen(python: string, ...paths: string[]): Promise<(MutagenTags | null)[]> {
  const script = join(import.meta.dirname, 'read.py');
  const { stdout } = await run(python, [script, ...paths], { maxBuffer: 2 ** 26 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => FOUND.nullable().parse(JSON.parse(line)));
}

/**
 * Writes every kind of tag, picture and chunk into files, by their extension.
 * @param pictures folder with `front.jpg`, `back.png` and `icon.png`
 */
export async function fillWithMutagen(python: string, pictures: string, ...paths: string[]): Promise<void> {
  await run(python, [join(import.meta.dirname, 'fill.py'), pictures, ...paths]);
}

// CI installs it before the tests, which need no network then.
if (import.meta.main) await installMutagen();
