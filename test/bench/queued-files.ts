import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findFormat } from '../../lib/audio/formats/formats.ts';
import { binaries } from '../support/audio.ts';
import { newClient } from './client.ts';
import type { Table } from './figures.ts';
import { progress } from './progress.ts';
import { startService } from './service.ts';
import { makeSources } from './sources.ts';
import { xargs } from './xargs.ts';

const AT_ONCE = 2;
const SECONDS = 5;

/** Milliseconds between two looks whether all tasks have ended. */
const LOOK = 100;

/** Files a minute while `count` tasks are queued at once, against `xargs -P 2 ffmpeg` on the same files. */
export async function queuedFiles(count: number): Promise<Table> {
  const { ffmpeg } = await binaries();
  const format = findFormat('mp3');
  if (!format) throw new TypeError('mp3 is no format');
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const service = await startService({ CONVERSIONS: String(AT_ONCE), FFMPEG_PATH: ffmpeg.path });
  try {
    const sources = await makeSources(ffmpeg.path, folder, 'wav', count, SECONDS);
    const client = await newClient(service.url);
    const ended = async () => {
      for (const state of ['UPLOADED', 'PROCESSING'])
        while (await hasTasks(service.url, client.headers, state)) await setTimeout(LOOK);
    };
    progress.step(`uploading ${count} files`);
    const ids: number[] = [];
    for (const path of sources) ids.push(await client.create(path, format.name));
    await ended();
    progress.step(`xargs, ${count} files`);
    const bare = (await xargs(ffmpeg.path, sources, format, AT_ONCE)).ended;
    progress.step(`queueing ${count} tasks, and converting them`);
    const began = Date.now();
    for (const id of ids) await client.change(id, format.name);
    await ended();
    const queued = Date.now() - began;
    const perMinute = (time: number) => ((count * 60_000) / time).toFixed(0);
    return [
      ['queued at once', 'files a minute', 'xargs, files a minute', 'ratio to xargs'],
      [String(count), perMinute(queued), perMinute(bare), (bare / queued).toFixed(2)],
    ];
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
  }
}

async function hasTasks(url: string, headers: Record<string, string>, state: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/tasks?max=1&state=${state}`, { headers });
  return (await answer.text()) !== '[]';
}
