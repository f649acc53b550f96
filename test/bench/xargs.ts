import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Format } from '../../lib/formats.ts';

/** Bare ffmpeg over many files, so many at once, with a format's own encoder settings. Answers milliseconds. */
export async function xargs(
  ffmpeg: string,
  sources: readonly string[],
  format: Format,
  atOnce: number,
): Promise<number> {
  const encoder = ['-c:a', format.codec.encoders[0].name, ...rate(format), ...format.settings];
  const one = [ffmpeg, '-nostdin', '-v', 'error', '-y', '-i', '{}', ...encoder, `{}.out.${format.extension}`];
  const began = Date.now();
  const child = spawn('xargs', ['-P', String(atOnce), '-I', '{}', ...one], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(sources.map((path) => `${path}\n`).join(''));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`xargs ended with ${code}`);
  return Date.now() - began;
}

/** What the product itself asks of the encoder for stereo. */
function rate({ codec: { bitrates } }: Format): readonly string[] {
  if (!bitrates) return [];
  const { standard, constant, variable } = bitrates;
  return 'perChannel' in standard
    ? constant(standard.perChannel * 2)
    : (variable?.(standard.quality, 2) ?? []);
}
