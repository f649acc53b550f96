import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { binaries } from './audio.ts';

const run = promisify(execFile);

/** An original of some kind, two seconds long. */
export interface Input {
  name: string;
  extension: string;
  /** Writes it; false where nothing here can. */
  make(path: string): Promise<boolean>;
}

const SECONDS = 2;
const SOUND = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`];
const PICTURES = ['-f', 'lavfi', '-i', `testsrc=size=64x48:rate=10:duration=${SECONDS}`];

/** Input formats of docs/formats.md, each in one form that no output format makes or that other programs write. */
export const INPUTS: readonly Input[] = [
  sound('WavPack', 'wv', '-c:a', 'wavpack'),
  sound('True Audio', 'tta', '-c:a', 'tta'),
  sound('voc', 'voc', '-c:a', 'pcm_s16le'),
  sound('speex', 'spx', '-ar', '16000', '-c:a', 'libspeex', '-f', 'ogg'),
  sound('mka (FLAC)', 'mka', '-c:a', 'flac'),
  sound('w64 (24 bits)', 'w64', '-c:a', 'pcm_s24le'),
  sound('AMR', 'amr', '-ar', '8000', '-ac', '1', '-c:a', 'libopencore_amrnb'),
  sound('wide-band AMR', 'amr', '-ar', '16000', '-ac', '1', '-c:a', 'libvo_amrwbenc'),
  video('mp4', '-c:v', 'mpeg4', '-c:a', 'aac'),
  video('mov', '-c:v', 'mjpeg', '-c:a', 'pcm_s16be'),
  video('mkv', '-c:v', 'mpeg4', '-c:a', 'ac3'),
  video('webm', '-c:v', 'libvpx', '-c:a', 'libvorbis'),
  video('avi', '-c:v', 'mpeg4', '-c:a', 'libmp3lame'),
  { name: 'dsf', extension: 'dsf', make: (path) => written(path, dsf()) },
  { name: 'ape', extension: 'ape', make: (path) => written(path, ape()) },
];

function sound(name: string, extension: string, ...settings: string[]): Input {
  return { name, extension, make: (path) => encoded(path, [...SOUND, ...settings]) };
}

function video(name: string, ...settings: string[]): Input {
  return {
    name: `${name} with pictures`,
    extension: name,
    make: (path) => encoded(path, [...PICTURES, ...SOUND, ...settings]),
  };
}

/** By the ffmpeg that is found, or by the one that comes with npm, which has other encoders. */
async function encoded(path: string, args: string[]): Promise<boolean> {
  const wanted = args[args.indexOf('-c:a') + 1] ?? '';
  const { ffmpeg, encoders } = await binaries();
  const program = encoders.has(wanted) ? ffmpeg.path : packaged();
  if (program === undefined) return false;
  return run(program, ['-v', 'error', '-y', ...args, path]).then(
    () => true,
    () => false,
  );
}

function packaged(): string | undefined {
  try {
    return createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg').path;
  } catch {
    return undefined;
  }
}

async function written(path: string, bytes: Buffer): Promise<boolean> {
  await writeFile(path, bytes);
  return true;
}

/** One channel of DSD64 whose bits alternate, which is silence (Sony, DSF file format 1.01). */
function dsf(): Buffer {
  const [rate, block] = [2_822_400, 4096];
  const blocks = Math.ceil((rate * SECONDS) / 8 / block);
  const data = Buffer.alloc(blocks * block, 0x69);
  const format = Buffer.alloc(52);
  format.write('fmt ');
  format.writeBigUInt64LE(52n, 4);
  [1, 0, 1, 1, rate, 1].forEach(into(format, 12));
  format.writeBigUInt64LE(BigInt(rate * SECONDS), 36);
  format.writeUInt32LE(block, 44);
  const head = Buffer.alloc(28);
  head.write('DSD ');
  head.writeBigUInt64LE(28n, 4);
  head.writeBigUInt64LE(BigInt(28 + 52 + 12 + data.length), 12);
  const chunk = Buffer.alloc(12);
  chunk.write('data');
  chunk.writeBigUInt64LE(BigInt(12 + data.length), 4);
  return Buffer.concat([head, format, chunk, data]);
}

/** Frames of Monkey's Audio 3.99 that say of themselves that they are silent, and hold nothing else. */
function ape(): Buffer {
  const [rate, blocksPerFrame] = [44_100, 73_728];
  const samples = rate * SECONDS;
  const frames = Math.ceil(samples / blocksPerFrame);
  const frame = Buffer.alloc(16);
  [0x8000_0000, 3, 0, 0].forEach(into(frame, 0));
  const descriptor = Buffer.alloc(52);
  descriptor.write('MAC ');
  descriptor.writeUInt16LE(3990, 4);
  [52, 24, frames * 4, 0, frames * frame.length, 0, 0].forEach(into(descriptor, 8));
  const header = Buffer.alloc(24);
  header.writeUInt16LE(2000, 0);
  header.writeUInt16LE(32, 2);
  [blocksPerFrame, samples - (frames - 1) * blocksPerFrame, frames].forEach(into(header, 4));
  header.writeUInt16LE(16, 16);
  header.writeUInt16LE(2, 18);
  header.writeUInt32LE(rate, 20);
  const table = Buffer.alloc(frames * 4);
  for (let index = 0; index < frames; index++)
    table.writeUInt32LE(76 + table.length + index * frame.length, index * 4);
  return Buffer.concat([descriptor, header, table, ...Array.from({ length: frames }, () => frame)]);
}

/** Writes numbers of 32 bits one after the other. */
function into(bytes: Buffer, from: number): (value: number, index: number) => void {
  return (value, index) => {
    bytes.writeUInt32LE(value, from + index * 4);
  };
}
