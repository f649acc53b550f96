import pg from 'pg';
import { z } from 'zod';
import type { TaskChange, TaskChangeListener, TaskChanges } from '../../ports/task-changes.ts';
import { TASK_STATES } from '../../ports/tasks.ts';
import type { Log } from '../../runtime/log.ts';
import { clientConfig, type DatabaseAddress } from './connection.ts';
import { CHANGE_CHANNEL } from './task-change-triggers.ts';

/** Milliseconds until a lost connection is opened again. */
const PAUSE = 1000;

/** Later releases may add members. */
const CHANGE = z
  .tuple([
    z.int(),
    z.int(),
    z.int().nullable(),
    z.enum(TASK_STATES).nullable(),
    z.number(),
    z.int().nullable(),
  ])
  .rest(z.unknown())
  .transform(([userId, taskId, number, state, progress, batchId]): TaskChange => {
    return { userId, taskId, batchId, number, state, progress };
  });

/** A batch was removed, which no change of a task tells if it had no tasks any more. */
const BATCH = z.tuple([z.int(), z.int()]).transform(([userId, batchId]) => ({ userId, batchId }));

/** The service disabled a webhook. */
const WEBHOOK = z.object({ userId: z.int(), webhookId: z.int() });

const PAYLOAD = z.union([CHANGE, BATCH, WEBHOOK]);

/**
 * Changes by LISTEN and NOTIFY: one connection for all listeners of a process, which opens with the first listener. While
 * the connection is lost, listeners get nothing; after that, they get `onGap`.
 */
export function createNotifiedChanges(address: DatabaseAddress, log: Log): TaskChanges {
  const listeners = new Map<number, Set<TaskChangeListener>>();
  let connection: Promise<pg.Client> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  const tell = ({ payload = '' }: pg.Notification) => {
    const told = readPayload(payload);
    if (!told) {
      // During a rollout, a later release may tell a state that this one does not know.
      log.warn('A task change could not be read; streams read their tasks again', { payload });
      return tellGap();
    }
    for (const listener of listeners.get(told.userId) ?? [])
      if ('taskId' in told) listener.onChange(told);
      else if ('webhookId' in told) listener.onWebhookDisabled(told.webhookId);
      else listener.onGap(told.batchId);
  };
  const tellGap = () => {
    for (const each of listeners.values()) for (const listener of each) listener.onGap();
  };
  const connect = async () => {
    const client = new pg.Client({
      ...clientConfig(address),
      keepAlive: true,
      application_name: 'tonemill-listen',
    });
    client.on('notification', tell);
    client.on('error', (error) => {
      if (!closed) log.warn('The connection for task changes was lost; it is opened again', { error });
    });
    client.on('end', reconnect);
    await client.connect();
    await client.query(`listen ${CHANGE_CHANNEL}`);
    return client;
  };
  const opened = () => {
    connection ??= connect().catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  };
  const reconnect = () => {
    connection = undefined;
    if (closed || listeners.size === 0) return;
    clearTimeout(retry);
    retry = setTimeout(() => opened().then(tellGap, reconnect), PAUSE);
  };

  return {
    async listen(userId, listener) {
      const mine = listeners.get(userId) ?? new Set();
      listeners.set(userId, mine.add(listener));
      const stop = () => {
        mine.delete(listener);
        if (mine.size === 0 && listeners.get(userId) === mine) listeners.delete(userId);
      };
      try {
        await opened();
        return stop;
      } catch (error) {
        stop();
        throw error;
      }
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await (await connection?.catch(() => undefined))?.end();
    },
  };
}

function readPayload(payload: string): z.output<typeof PAYLOAD> | undefined {
  try {
    return PAYLOAD.parse(JSON.parse(payload));
  } catch {
    return undefined;
  }
}
