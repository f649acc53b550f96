import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newClient } from './client.ts';
import { printTable } from './figures.ts';
import { startService } from './service.ts';

const BYTES = 2_000_000_000;
const FORMATS = ['flac', 'mp3'] as const;

/** The most memory that the Node process takes from start-up to the end of a conversion of a 2 GB WAV file. */
export async function memory(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const rows = [['of a WAV file of 2 GB', 'most memory of Node.js (MiB)', 'seconds']];
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
    const began = Date.now();
    const client = await newClient(service.url);
    await client.create(path, format);
    const ended = await client.settled();
    return [(await mostMemory(service.pid)).toFixed(0), ((ended - began) / 1000).toFixed(0)];
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

/** MiB; the kernel keeps the peak of a process (proc(5), VmHWM). */
async function mostMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
