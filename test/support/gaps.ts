import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { binaries } from './audio.ts';

/** A test, or all whose full titles begin so, and why it may be skipped. */
const GAPS = z.array(z.strictObject({ title: z.string().min(1), reason: z.string().min(1) }));

const { skipped, fallback, emulators } = z
  .strictObject({ skipped: GAPS, fallback: GAPS, emulators: GAPS })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '..', 'known-gaps.json'), 'utf8')));

/** Whether the tests run with the ffmpeg that npm brings: told to, or for want of another. */
let onFallback = false;

/** To be awaited before the first test. */
export async function lookForFfmpeg(): Promise<void> {
  const { ffmpeg } = await binaries();
  onFallback = ffmpeg.path.includes('@ffmpeg-installer');
}

/** Whether this is something that an emulator can't do, or the ffmpeg of npm where that is the one under test. */
export function isKnownGap(title: string): boolean {
  return reasonIn(onFallback ? [...emulators, ...fallback] : emulators, title) !== undefined;
}

/** Why a test may be skipped; undefined where no reason is listed. */
export function reasonFor(title: string): string | undefined {
  return reasonIn([...skipped, ...emulators, ...(onFallback ? fallback : [])], title);
}

function reasonIn(gaps: z.output<typeof GAPS>, title: string): string | undefined {
  return gaps.find((gap) => title.startsWith(gap.title))?.reason;
}
