import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { SCOPES, type Scope } from '../../lib/ports/api-keys.ts';
import { MARK } from './access.ts';
import { binaries, makeTone } from './audio.ts';
import { run } from './programs.ts';
import type { User } from './service.ts';
import { until } from './until.ts';

/** One of everything that a user can have. */
export interface Possessions {
  /** Ids by kind, each kind as paths name it, such as `task`. */
  ids: Record<string, number>;
  /** Token of the URL of an open upload. */
  uploadToken: string;
  /** Contents of requests: a sound and a picture. */
  original: Buffer;
  cover: Buffer;
}

const ID = z.looseObject({ id: z.int() });
const OPENED = z.object({ task: ID, upload: z.object({ url: z.url() }) });
const BATCH = z.object({ batch: ID });
const KEY = z.object({ key: z.string() });

/**
 * Makes one of everything for a user, with the mark in every name.
 * @param folder for files
 * @param receiver URL that answers the webhook's messages
 */
export async function makePossessions(user: User, folder: string, receiver: string): Promise<Possessions> {
  const { original, cover } = await files(folder);
  const name = `${MARK}.wav`;
  const idOf = async (path: string, body: object) => ID.parse(await made(user, path, body)).id;
  const webhook = await idOf('/api/webhooks', { url: receiver, events: ['task.failed'] });
  const tasks = [{ filename: name, newFormat: 'mp3' }];
  const { batch } = BATCH.parse(await made(user, '/api/batches', { name: MARK, tasks }));
  const opened = OPENED.parse(await made(user, '/api/tasks', { filename: name, newFormat: 'mp3' }));
  const ids = {
    task: (await user.convert({ name, bytes: original }, 'flac')).id,
    webhook,
    delivery: await idOf(`/api/webhooks/${webhook}/test`, {}),
    preset: await idOf('/api/presets', { name: MARK, format: 'mp3' }),
    key: await idOf('/api/auth/keys', { name: MARK, scopes: ['tasks:read'] }),
    batch: batch.id,
    upload: opened.task.id,
  };
  const delivered = async () => (await user.fetch(`/api/webhooks/${webhook}/deliveries`)).text();
  await until(async () => (await delivered()).includes('DELIVERED'));
  const uploadToken = new URL(opened.upload.url).searchParams.get('token') ?? '';
  return { ids, uploadToken, original, cover };
}

/** An API key for each scope: with that scope alone, or with all others. */
export async function keysByScope(user: User, which: 'alone' | 'without'): Promise<Map<string, string>> {
  const keyOf = async (scope: Scope): Promise<[string, string]> => {
    const scopes = which === 'alone' ? [scope] : SCOPES.filter((one) => one !== scope);
    return [scope, KEY.parse(await made(user, '/api/auth/keys', { name: MARK, scopes })).key];
  };
  return new Map(await Promise.all(SCOPES.map(keyOf)));
}

async function made(user: User, path: string, body: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await user.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
  return answer.json();
}

async function files(folder: string): Promise<Pick<Possessions, 'original' | 'cover'>> {
  const [tone, picture] = [join(folder, 'tone.wav'), join(folder, 'cover.png')];
  await makeTone(tone, 1);
  const { ffmpeg } = await binaries();
  const red = ['-f', 'lavfi', '-i', 'color=c=red:s=16x16', '-frames:v', '1', picture];
  await run(ffmpeg.path, ['-v', 'error', ...red]);
  return { original: await readFile(tone), cover: await readFile(picture) };
}
