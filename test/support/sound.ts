import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Loudness } from '../../lib/audio/media/media-info.ts';
import { binaries } from './audio.ts';

const run = promisify(execFile);

/** MD5 of what a file decodes to. */
export async function decodedMd5(path: string): Promise<string> {
  const { ffmpeg } = await binaries();
  const { stdout } = await run(ffmpeg.path, [
    ...['-v', 'error', '-i', path, '-map', '0:a:0', '-c:a', 'pcm_f64le', '-f', 'md5', '-'],
  ]);
  return stdout.trim();
}

/** Size and checksum of each packet of the sound of a file. */
export async function packetsOf(path: string): Promise<string[]> {
  const { ffmpeg } = await binaries();
  const list = ['-map', '0:a:0', '-c', 'copy', '-f', 'framecrc', '-'];
  const { stdout } = await run(ffmpeg.path, ['-v', 'error', '-i', path, ...list]);
  const lines = stdout.split('\n').filter((line) => line.startsWith('0,'));
  return lines.map((line) => line.split(',').slice(4, 6).join(','));
}

/** What ffmpeg's own meter says of a file: LUFS, dBTP, LU. */
export async function measuredLoudness(path: string): Promise<Loudness> {
  const { ffmpeg } = await binaries();
  const meter = ['-af', 'ebur128=peak=true:framelog=verbose', '-f', 'null', '-'];
  const { stderr } = await run(ffmpeg.path, [
    '-hide_banner',
    '-nostats',
    '-i',
    path,
    '-map',
    '0:a:0',
    ...meter,
  ]);
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  const number = (name: string) =>
    Number(new RegExp(`\\b${name}:\\s+(\\S+)`).exec(summary)?.[1]?.replace('inf', 'Infinity'));
  return { integrated: number('I'), truePeak: number('Peak'), range: number('LRA') };
}

/** What a file decodes to, as numbers from -1 to 1; channels alternate. */
export async function decodedSamples(path: string, ...settings: string[]): Promise<Float64Array> {
  const { ffmpeg } = await binaries();
  const raw = ['-map', '0:a:0', ...settings, '-f', 'f64le', 'pipe:1'];
  const options = { encoding: 'buffer', maxBuffer: 2 ** 28 } as const;
  const { stdout } = await run(ffmpeg.path, ['-v', 'error', '-i', path, ...raw], options);
  return new Float64Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.byteLength));
}

/** One of several channels. */
export function channel(samples: Float64Array, which: number, channels: number): Float64Array {
  return samples.filter((_, index) => index % channels === which);
}

export function peak(samples: Float64Array): number {
  return samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
}

/** How high a sine of this frequency stands in the samples (one bin of a Fourier transform). */
export function amplitude(samples: Float64Array, frequency: number, sampleRate: number): number {
  const step = (2 * Math.PI * frequency) / sampleRate;
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, index) => {
    real += sample * Math.cos(step * index);
    imaginary += sample * Math.sin(step * index);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

/** Bits a second of the packets alone, without what the container adds. */
export async function streamBitrate(path: string): Promise<number> {
  const { ffprobe } = await binaries();
  const show = [
    '-v',
    'error',
    '-select_streams',
    'a:0',
    '-show_entries',
    'packet=size,duration_time',
    '-of',
    'csv=p=0',
  ];
  const { stdout } = await run(ffprobe.path, [...show, path], { maxBuffer: 2 ** 26 });
  const packets = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  const sum = (column: 0 | 1) => packets.reduce((total, packet) => total + (packet[column] ?? 0), 0);
  return (sum(1) * 8) / sum(0);
}
