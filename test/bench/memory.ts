import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newClient } from './client.ts';
import { printTable } from './figures.ts';
import { progress } from './progress.ts';
import { startService } from './service.ts';

const BYTES = 2_000_000_000;
const FORMATS = ['flac'] as const;

/**
 * Memory of the Node process: at rest, the most while a WAV file of 2 GB is uploaded, and the most while it is converted.
 * For the last, a second requestedOutput for the same format is made when the upload has been converted.
 */
export async function memory(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const rows = [['a WAV file of 2 GB to', 'at rest (MB)', 'uploading', 'converting', 'seconds']];
  try {
    const path = join(folder, 'silence.wav');
    await writeSilence(path);
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
    const rest = await mostMemory(service.pid);
    progress.step(`uploading 2 GB, to ${format}`);
    const id = await client.create(path, format);
    const uploading = await mostMemory(service.pid);
    progress.step(`waiting for the first conversion to ${format}`);
    await client.settled();
    await forgetPeak(service.pid);
    progress.step(`converting to ${format} again`);
    const began = Date.now();
    await client.change(id, format);
    const seconds = ((await client.settled()) - began) / 1000;
    const converting = await mostMemory(service.pid);
    return [rest, uploading, converting, seconds].map((figure) => figure.toFixed(0));
  } finally {
    await service.stop();
  }
}

/** A file with a hole where its samples would be: it takes no room on the disk. */
async function writeSilence(path: string): Promise<void> {
  const header = Buffer.from(`RIFF....WAVEfmt ${'.'.repeat(20)}data....`, 'latin1');
  header.writeUInt32LE(BYTES - 8, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(44_100, 24);
  header.writeUInt32LE(44_100 * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.writeUInt32LE(BYTES - header.length, 40);
  const file = await open(path, 'wx');
  await file.write(header);
  await file.truncate(BYTES);
  await file.close();
}

/** MB; the kernel keeps the peak of a process (proc(5), VmHWM). */
async function mostMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6;
}

/** Has the kernel begin the peak anew (proc(5), clear_refs). */
async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}
