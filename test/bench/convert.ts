import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Format, findFormat } from '../../lib/audio/formats/formats.ts';
import { binaries } from '../support/audio.ts';
import { type Client, newClient } from './client.ts';
import { median, printTable } from './figures.ts';
import { startPeer } from './peer.ts';
import { progress, showRound } from './progress.ts';
import { startService } from './service.ts';
import { makeSources } from './sources.ts';
import { type Bare, xargs } from './xargs.ts';

const PAIRS = [
  ['mp3', 'wav'],
  ['wav', 'mp3'],
  ['mp3', 'ogg'],
] as const;

const FILES = 20;
const SECONDS = 180;
const AT_ONCE = 2;
const ROUNDS = 3;

/** Who is measured, and each round's milliseconds: with the uploads, and again without them. */
interface Contestant {
  name: string;
  client: Client;
  uploaded: number[];
  converted: number[];
}

/**
 * Files a minute against `xargs -P 2 ffmpeg` with the same program on the same files, as a ratio of each round; with
 * PEER=folder also the first generation. A round uploads every file, and then requests for the same format again, which
 * measures the conversions alone. The second ratio is to the time in which xargs has its files on the disk, too.
 */
export async function convert(): Promise<void> {
  const { ffmpeg } = await binaries();
  const folder = await mkdtemp(join(tmpdir(), 'tonemill-bench-'));
  const service = await startService({ CONVERSIONS: String(AT_ONCE), FFMPEG_PATH: ffmpeg.path });
  const peer = await startPeer();
  try {
    const rows = [['pair', 'who', 'files a minute', 'ratio to xargs', 'to xargs and sync', 'with uploads']];
    for (const [from, to] of PAIRS) {
      const format = findFormat(to);
      if (!format) throw new TypeError(`${to} is no format`);
      progress.step(`making ${FILES} ${from} files`);
      const sources = await makeSources(ffmpeg.path, folder, from, FILES, SECONDS);
      const contestants = [await contestant('tonemill', service.url)];
      if (peer) contestants.push(await contestant('first generation', peer.url));
      const bare = await compete(ffmpeg.path, sources, format, contestants, `${from} to ${to}`);
      const pair = `${from} to ${to}`;
      rows.push([pair, 'xargs', perMinute(bare.map(({ ended }) => ended)), '1.00', '', '']);
      rows.push([pair, 'xargs and sync', perMinute(bare.map(({ synced }) => synced)), '', '1.00', '']);
      rows.push(...contestants.map((one) => [pair, ...summary(one, bare)]));
    }
    printTable(rows);
  } finally {
    await peer?.stop();
    await service.stop();
    await rm(folder, { recursive: true });
  }
}

async function contestant(name: string, url: string): Promise<Contestant> {
  return { name, client: await newClient(url), uploaded: [], converted: [] };
}

/** All rounds; answers those of xargs. */
async function compete(
  ffmpeg: string,
  sources: readonly string[],
  format: Format,
  contestants: readonly Contestant[],
  pair: string,
): Promise<Bare[]> {
  const bare: Bare[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const show = (step: string) => showRound(pair, round + 1, ROUNDS, step);
    show('xargs');
    bare.push(await xargs(ffmpeg, sources, format, AT_ONCE));
    for (const one of contestants) await takePart(one, sources, format, show);
  }
  return bare;
}

async function takePart(
  { name, client, uploaded, converted }: Contestant,
  sources: readonly string[],
  format: Format,
  show: (step: string) => void,
) {
  show(`${name}, uploads and conversions`);
  let began = Date.now();
  const ids: number[] = [];
  for (const path of sources) ids.push(await client.create(path, format.name));
  uploaded.push((await client.settled()) - began);
  show(`${name}, conversions alone`);
  began = Date.now();
  for (const id of ids) await client.change(id, format.name);
  converted.push((await client.settled()) - began);
  for (const id of ids) await client.remove(id);
}

function summary({ name, uploaded, converted }: Contestant, bare: readonly Bare[]): string[] {
  const ratio = (to: keyof Bare, times: readonly number[]) =>
    median(times.map((time, round) => (bare[round]?.[to] ?? Number.NaN) / time)).toFixed(2);
  const ratios = [ratio('ended', converted), ratio('synced', converted), ratio('ended', uploaded)];
  return [name, perMinute(converted), ...ratios];
}

function perMinute(times: readonly number[]): string {
  return ((FILES * 60_000) / median(times)).toFixed(0);
}
