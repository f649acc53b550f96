import { randomUUID } from 'node:crypto';
import type { Task, TaskEvent } from '../../client/index.ts';
import { escaped } from '../../runtime/log-formats.ts';
import { isSecret, newSecret, signedHeaders } from '../../webhooks/signature.ts';
import { openService } from '../service/service.ts';
import { usageError } from '../terminal/command-error.ts';
import { paint, print, printError } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';

export interface ListenOptions {
  forwardTo: string;
  secret?: string;
}

/** Types of webhook events by the state that a task reached. */
const TYPES: Partial<Record<Task['state'], string>> = {
  UPLOADED: 'task.uploaded',
  PROCESSED: 'task.processed',
  FAILED: 'task.failed',
  EXPIRED: 'task.expired',
};

/** Milliseconds for an answer of the forwarded address, as the service waits. */
const TIMEOUT = 15_000;

/** Forwards events of the user's tasks as webhooks, for an address that the service does not reach. Ends by a signal. */
export async function listen({ forwardTo, secret = newSecret() }: ListenOptions): Promise<void> {
  if (!URL.canParse(forwardTo) || !/^https?:$/.test(new URL(forwardTo).protocol))
    throw usageError('--forward-to: expected an address such as http://localhost:3000/hook.');
  if (!isSecret(secret)) throw usageError('--secret: expected whsec_ and 24 to 64 bytes in base64.');
  const { client } = await openService({ patient: true });
  await client.tasks.list({ max: 1 }, { signal: stopSignal });
  const seen = new Set<string>();
  const began = Date.now();
  for await (const event of client.events({ signal: stopSignal })) {
    if (event.type === 'connected') printError(`Listening. The secret is ${secret}`);
    const webhook = webhookOf(event);
    if (!webhook || seen.has(webhook.key) || webhook.at.getTime() < began - TIMEOUT) continue;
    seen.add(webhook.key);
    await forward(forwardTo, secret, webhook);
  }
}

interface Webhook {
  /** The same for each telling of one event. */
  key: string;
  at: Date;
  type: string;
  data: ReturnType<typeof shortTask>;
}

/** The webhook of an event; undefined if the service sends none for it. */
function webhookOf(event: TaskEvent): Webhook | undefined {
  if (event.type !== 'task.state') return undefined;
  const { task } = event;
  const type = TYPES[task.state];
  // A changed task is converted again, and its original came before.
  if (type === undefined || (task.state === 'UPLOADED' && task.revision > 1)) return undefined;
  const { id, revision, finishedAt } = task;
  const at = finishedAt === null ? new Date() : new Date(finishedAt);
  return { key: `${id} ${revision} ${type}`, at, type, data: shortTask(task) };
}

/** A task as messages of the service have it (docs/webhooks.md). */
function shortTask(task: Task) {
  const { id, name, convertedExt, state, revision, batchId, result, error, startedAt, finishedAt } = task;
  return {
    id,
    name,
    convertedExt,
    state,
    revision,
    batchId,
    result: result && { size: result.size, duration: result.media.duration },
    error: error && { code: error.code, message: error.message },
    createdAt: task.timestamp,
    startedAt,
    finishedAt,
  };
}

async function forward(url: string, secret: string, { type, at, data }: Webhook): Promise<void> {
  const messageId = `msg_${randomUUID().replaceAll('-', '')}`;
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const message = { messageId, body, traceparent: null, secrets: [secret] };
  const headers = signedHeaders(message, new Date());
  const signal = AbortSignal.any([stopSignal, AbortSignal.timeout(TIMEOUT)]);
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await answer.body?.cancel();
    const status = answer.ok ? paint('green', `${answer.status}`) : paint('red', `${answer.status}`);
    print(`${type}  task ${data.id}  ${escaped(data.name)}  -> ${status}`);
  } catch (error) {
    if (stopSignal.aborted) return;
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    print(`${type}  task ${data.id}  ${escaped(data.name)}  -> ${paint('red', escaped(reason))}`);
  }
}
