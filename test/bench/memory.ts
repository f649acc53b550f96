import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newClient } from './client.ts';
import { printTable } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { progress } from './progress.ts';
import { startService } from './service.ts';
import { writeSilence } from './silence.ts';

const BYTES = { whole: 2_000_000_000, quick: 300_000_000 };
const FORMATS = ['flac'] as const;

/**
 * Memory of the Node process: at rest, the most while a WAV file of 2 GB (with --quick: 0.3 GB) is uploaded, and the most while it is converted.
 * For the last, a second requestedOutput for the same format is made when the upload has been converted.
 */
export async function memory({ quick }: BenchOptions): Promise<void> {
  const bytes = quick ? BYTES.quick : BYTES.whole;
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const rows = [[`a WAV file of ${bytes / 1e9} GB to`, 'at rest (MB)', 'uploading', 'converting', 'seconds']];
  try {
    const path = join(folder, 'silence.wav');
    await writeSilence(path, bytes);
    for (const format of FORMATS) rows.push([format, ...(await measure(path, format))]);
    printTable(rows);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(path: string, format: string): Promise<string[]> {
  const service = await startService();
  try {
    const client = await newClient(service.url);
    const rest = await peakMemory(service.pid);
    progress.step(`uploading, to ${format}`);
    const id = await client.create(path, format);
    const uploading = await peakMemory(service.pid);
    progress.step(`waiting for the first conversion to ${format}`);
    await client.settled();
    await forgetPeak(service.pid);
    progress.step(`converting to ${format} again`);
    const began = Date.now();
    await client.change(id, format);
    const seconds = ((await client.settled()) - began) / 1000;
    const converting = await peakMemory(service.pid);
    return [rest, uploading, converting, seconds].map((figure) => figure.toFixed(0));
  } finally {
    await service.stop();
  }
}

/** MB; the kernel keeps the peak of a process (proc(5), VmHWM). */
export async function peakMemory(pid: number): Promise<number> {
  return megabytes(pid, /^VmHWM:\s+(\d+) kB/m);
}

/** MB that the process holds now (proc(5), VmRSS). */
export async function currentMemory(pid: number): Promise<number> {
  return megabytes(pid, /^VmRSS:\s+(\d+) kB/m);
}

async function megabytes(pid: number, line: RegExp): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(line.exec(status)?.[1]) * 1024) / 1e6;
}

/** Has the kernel begin the peak anew (proc(5), clear_refs). */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}
