import { type Signal, signal } from '@preact/signals';
import { outputsOf, type Progress, TonemillError } from '../client/index.ts';
import { hashOfEnds } from './ends-hash.ts';
import { forgetUpload, keepUpload, keptUpload } from './kept-uploads.ts';
import { complain, reasonOf } from './notices.ts';
import { requestedOf } from './outputs.ts';
import { service } from './service.ts';
import type { ServiceSentence } from './service-sentences.ts';
import type { Task } from './task.ts';
import type { Wanted } from './wanted.ts';

/** Uploads at the same time. */
export const AT_ONCE = 3;

/** What becomes of a file. */
export interface Purpose {
  outputs: readonly Wanted[];
  /** Address to which the result is delivered as well. */
  destination?: string | undefined;
  /** A picture for the result, in place of the original's. */
  cover?: File | undefined;
  /** Takes a file back for which the service makes no task. Without it, the transfer stays as one that failed. */
  onRefused?: (reason: ServiceSentence) => void;
}

/** A file on its way to the service. */
export interface Transfer extends Purpose {
  key: number;
  file: File;
  progress: Signal<TransferProgress>;
}

export interface TransferProgress {
  state: 'waiting' | 'sending' | 'paused' | 'failed';
  /** Bytes. */
  sent: number;
  /** Bytes a second, over the last pieces. */
  speed: number;
  /** Why it failed. */
  reason: ServiceSentence | undefined;
}

interface Running {
  taskId: number;
  url: string;
  /** A picture that the service does not have yet. */
  cover?: File | undefined;
}

/** Transfers in their order; one that has ended is no longer among them. */
export const transfers = signal<readonly Transfer[]>([]);

/** Tasks whose file this page sends; the list leaves them out. */
export const ownTasks = signal<ReadonlySet<number>>(new Set());

const sessions = new Map<number, Running>();
const stops = new Map<number, AbortController>();
let keys = 0;

/** Adds files, and sends three at once. */
export function transfer(files: readonly ({ file: File } & Purpose)[]): void {
  const added = files.map((each) => ({ key: keys++, ...each, progress: signal(BEGINNING) }));
  transfers.value = [...transfers.value, ...added];
  sendNext();
}

/** Has the service fetch a file from its address; the list shows its task. */
export async function fetchFrom(url: string, { outputs, destination, cover }: Purpose): Promise<void> {
  const { id } = await service.tasks.import(url, outputsOf(outputs), { destination });
  // The task is there, so that another try would fetch the file once more.
  if (cover) await service.setCover(id, cover).catch(complain);
}

/** Goes on with the upload of an earlier visit. False if the file is another one. */
export async function goOn(task: Task, file: File): Promise<boolean> {
  const { id } = task;
  const kept = keptUpload(id);
  if (kept?.name !== file.name || kept.size !== file.size) return false;
  if (kept.hash !== (await hashOfEnds(file)) || ownTasks.value.has(id)) return false;
  const key = keys++;
  sessions.set(key, { taskId: id, url: kept.url });
  ownTasks.value = new Set([...ownTasks.value, id]);
  const progress = signal(BEGINNING);
  transfers.value = [...transfers.value, { key, file, outputs: requestedOf(task), progress }];
  sendNext();
  return true;
}

const BEGINNING: TransferProgress = { state: 'waiting', sent: 0, speed: 0, reason: undefined };

export function pause({ key, progress }: Transfer): void {
  progress.value = { ...progress.value, state: 'paused' };
  stops.get(key)?.abort();
}

/** Goes on after a pause or a failure. */
export function resume({ progress }: Transfer): void {
  progress.value = { ...progress.value, state: 'waiting' };
  sendNext();
}

/** Gives a file up, and removes its task. */
export async function cancel({ key }: Transfer): Promise<void> {
  stops.get(key)?.abort();
  transfers.value = transfers.value.filter((other) => other.key !== key);
  await removeTask(key);
}

async function removeTask(key: number): Promise<void> {
  const running = sessions.get(key);
  sessions.delete(key);
  if (!running) return;
  forgetUpload(running.taskId);
  await service.tasks.remove(running.taskId);
}

function sendNext(): void {
  const room = AT_ONCE - transfers.value.filter(({ progress }) => progress.value.state === 'sending').length;
  // One that was paused may still wait for an answer.
  const isReady = ({ key, progress }: Transfer) => progress.value.state === 'waiting' && !stops.has(key);
  const next = transfers.value.filter(isReady).slice(0, room);
  for (const transfer of next) void send(transfer);
}

async function send(transfer: Transfer): Promise<void> {
  const { key, file, progress } = transfer;
  const stop = new AbortController();
  stops.set(key, stop);
  progress.value = { ...progress.value, state: 'sending', speed: 0 };
  try {
    const running = sessions.get(key) ?? (await announce(transfer));
    const { taskId, url } = running;
    if (running.cover) await service.setCover(taskId, running.cover, { signal: stop.signal });
    running.cover = undefined;
    await service.resumeUpload(url, file, { onProgress: recorder(progress), signal: stop.signal });
    transfers.value = transfers.value.filter((other) => other.key !== key);
    sessions.delete(key);
    forgetUpload(taskId);
    ownTasks.value = new Set([...ownTasks.value].filter((id) => id !== taskId));
  } catch (error) {
    if (!stop.signal.aborted && transfer.onRefused && !sessions.has(key) && isRefusal(error)) {
      transfers.value = transfers.value.filter((other) => other.key !== key);
      transfer.onRefused(reasonOf(error));
    } else if (!stop.signal.aborted)
      progress.value = { ...progress.value, state: 'failed', reason: reasonOf(error) };
    // It was cancelled while its task was announced.
    else if (!transfers.value.includes(transfer)) await removeTask(key).catch(complain);
  } finally {
    stops.delete(key);
    sendNext();
  }
}

/** Whether the service has answered that it does not take a request. */
function isRefusal(error: unknown): boolean {
  return error instanceof TonemillError && error.status >= 400 && error.status < 500;
}

/** Notes the bytes that the service has, and their speed since the upload went on. */
function recorder(progress: Transfer['progress']): (news: Progress) => void {
  const began = performance.now();
  let first: number | undefined;
  return (news) => {
    if (news.stage !== 'upload') return;
    const { sent } = news;
    first ??= progress.value.sent;
    const seconds = Math.max(0.001, (performance.now() - began) / 1000);
    progress.value = { ...progress.value, sent, speed: Math.max(0, (sent - first) / seconds) };
  };
}

async function announce({ key, file, outputs, destination, cover }: Transfer): Promise<Running> {
  const { name: filename, size } = file;
  const hash = await hashOfEnds(file);
  const described = { filename, size, ...(destination !== undefined && { destination }) };
  const { task, url } = await service.openUpload(described, outputsOf(outputs));
  const running = { taskId: task.id, url, cover };
  keepUpload(task.id, { url, name: filename, size, hash });
  sessions.set(key, running);
  ownTasks.value = new Set([...ownTasks.value, task.id]);
  return running;
}
