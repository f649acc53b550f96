import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, newClient } from './client.ts';
import { printTable } from './figures.ts';
import { forgetPeak, peakMemory } from './memory.ts';
import type { BenchOptions } from './options.ts';
import { cpuTimes, timesBetween } from './processes.ts';
import { progress } from './progress.ts';
import { startService } from './service.ts';
import { writeSilence } from './silence.ts';

/** Uploads of files of one size. */
interface Load {
  files: number;
  atOnce: number;
  bytes: number;
}

const SMALL: Load = { files: 200, atOnce: 20, bytes: 3_000_000 };
const LARGE: Load = { files: 1, atOnce: 1, bytes: 1_000_000_000 };
const QUICK_LARGE: Load = { ...LARGE, bytes: 300_000_000 };

/**
 * Uploads in forms to a service that converts nothing (PAUSED=true): many small files at once, and a large one. The CPU
 * time covers the socket, the hashes and the write to the disk.
 */
export async function uploads({ quick }: BenchOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const service = await startService({ PAUSED: 'true' });
  const rows = [['uploads', 'errors', 'MB a second', 'CPU s a GB: service', 'database', 'peak memory, MB']];
  try {
    const client = await newClient(service.url);
    const path = join(folder, 'silence.wav');
    for (const load of [SMALL, quick ? QUICK_LARGE : LARGE]) {
      const name = `${load.files} of ${load.bytes / 1e6} MB, ${load.atOnce} at once`;
      progress.step(name);
      await writeSilence(path, load.bytes);
      rows.push([name, ...(await measure(client, service.pid, path, load))]);
      await rm(path);
    }
    printTable(rows);
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
  }
}

async function measure(client: Client, pid: number, path: string, load: Load): Promise<string[]> {
  await forgetPeak(pid);
  const before = await cpuTimes([pid]);
  const began = performance.now();
  const errors = await uploadAll(client, path, load);
  const seconds = (performance.now() - began) / 1000;
  const { service, database } = timesBetween(before, await cpuTimes([pid]));
  const gigabytes = (load.files * load.bytes) / 1e9;
  return [
    String(errors),
    ((gigabytes * 1000) / seconds).toFixed(0),
    (service / gigabytes).toFixed(2),
    (database / gigabytes).toFixed(2),
    (await peakMemory(pid)).toFixed(0),
  ];
}

/** @returns how many failed */
async function uploadAll(client: Client, path: string, { files, atOnce }: Load): Promise<number> {
  let [started, errors] = [0, 0];
  const uploadNext = async (): Promise<void> => {
    while (started < files) {
      started++;
      await client.create(path, 'mp3').catch(() => errors++);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, uploadNext));
  return errors;
}
