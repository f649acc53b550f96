import { observations } from '../ports/observations.ts';
import type { Delivered } from '../ports/tasks.ts';
import type { ClaimedTransfer, ImportProgress, TransferStore } from '../ports/transfers.ts';
import { AppError } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { type ActiveSpan, traced } from '../runtime/tracing.ts';
import { type TryFailure, tryFailure } from './transfer-failure.ts';

/** Seconds for which a claim lasts without a heartbeat. */
const CLAIM_SECONDS = 60;

/** Milliseconds between heartbeats; a task that was removed stops its transfer within about that time. */
const HEARTBEAT = 1000;

/** Maximum transfers of one user at once. */
const PER_USER = 4;

/** What a kind of transfer does, and its patience. */
export interface TransferWork {
  /** Seconds until the next try after each one that failed; there is one try more than there are waits. */
  waits: readonly number[];
  run(
    transfer: ClaimedTransfer,
    onProgress: (progress: ImportProgress) => void,
    signal: AbortSignal,
  ): Promise<Delivered | undefined>;
  /** Ends a transfer of which no try will follow. */
  fail(transfer: ClaimedTransfer, failure: TryFailure): Promise<Delivered | undefined>;
}

export interface Transfers {
  /** Claims up to `most` transfers that are due. */
  claim(most: number): Promise<ClaimedTransfer[]>;
  /** Makes one try, and stores its outcome. */
  run(transfer: ClaimedTransfer): Promise<void>;
  /** Makes a try of each transfer of a task that is due, and returns their number. */
  runOf(taskId: number): Promise<number>;
  /** Hands back running tries, and waits until they end. */
  stop(): Promise<void>;
}

export interface TransfersDependencies {
  store: TransferStore;
  work: Readonly<Record<ClaimedTransfer['kind'], TransferWork>>;
  /** Holder of the claims. */
  worker: string;
  /** Whether to transfer nothing. */
  paused: boolean;
  log: Log;
}

export function createTransfers({ store, work, worker, paused, log }: TransfersDependencies): Transfers {
  const running = new Map<AbortController, Promise<void>>();
  let stopping = false;
  const claim = async (most: number, taskId?: number) => {
    if (stopping || paused) return [];
    return store.claim(worker, { most, perUser: PER_USER, seconds: CLAIM_SECONDS }, taskId);
  };
  const run = async (transfer: ClaimedTransfer) => {
    const control = new AbortController();
    const { kind, task, traceparent: parent } = transfer;
    const attributes = { 'tonemill.task.id': task.id };
    const tried = traced(kind, { kind: 'client', parent, attributes }, (span) =>
      oneTry(transfer, control, span),
    ).finally(() => running.delete(control));
    running.set(control, tried);
    if (stopping) control.abort(handedBack());
    await tried;
  };

  async function oneTry(
    transfer: ClaimedTransfer,
    control: AbortController,
    span: ActiveSpan,
  ): Promise<void> {
    const { kind, task, tries } = transfer;
    const { waits } = work[kind];
    const fields = { taskId: task.id, kind, tries };
    if (tries > waits.length + 1) return giveUp(transfer, NEVER_ENDED);
    const beat = keepClaim(store, transfer, control, log);
    try {
      const delivered = await work[kind].run(transfer, beat.onProgress, control.signal);
      await store.end(transfer, delivered);
      observations.transfers.publish({ kind, outcome: 'done' });
      log.info('A file was transferred', fields);
    } catch (error) {
      if (control.signal.aborted) return await afterAbort(transfer, control.signal.reason);
      const failure = tryFailure(error);
      const wait = failure.transient ? waits[tries - 1] : undefined;
      const { code, status } = failure;
      span.fail(code);
      observations.transfers.publish({ kind, outcome: wait === undefined ? 'failed' : 'again' });
      log.info('A transfer failed', { ...fields, code, status, again: wait !== undefined, error });
      if (wait === undefined) await giveUp(transfer, failure);
      else await store.postpone(transfer, Math.max(wait, failure.retryAfter ?? 0));
    } finally {
      beat.stop();
    }
  }

  async function giveUp(transfer: ClaimedTransfer, failure: TryFailure): Promise<void> {
    await store.end(transfer, await work[transfer.kind].fail(transfer, failure));
  }

  async function afterAbort(transfer: ClaimedTransfer, reason: unknown): Promise<void> {
    if (reason instanceof AppError && reason.code === 'interrupted') await store.handBack(transfer);
  }

  return {
    claim,
    run,
    async runOf(taskId) {
      const claimed = await claim(2, taskId);
      await Promise.all(claimed.map(run));
      return claimed.length;
    },
    async stop() {
      stopping = true;
      for (const control of running.keys()) control.abort(handedBack());
      await Promise.allSettled(running.values());
    },
  };
}

const NEVER_ENDED: TryFailure = {
  code: 'url_unreachable',
  message: 'The transfer was started again and again, and never ended.',
  transient: false,
  status: null,
  retryAfter: undefined,
};

function handedBack(): AppError {
  return new AppError('interrupted', 'The worker stops; another one transfers the file.');
}

/** Reason of an abort when a try has lost its claim: nobody waits for it. */
const LOST = new Error('The task was removed or changed, or another worker transfers its file.');

/** Renews the claim regularly, and aborts the try when it is lost. */
function keepClaim(
  store: TransferStore,
  transfer: ClaimedTransfer,
  control: AbortController,
  log: Log,
): { onProgress: (progress: ImportProgress) => void; stop: () => void } {
  let progress: ImportProgress | undefined;
  let beating = false;
  const beat = async () => {
    if (beating) return;
    beating = true;
    try {
      if (!(await store.heartbeat(transfer, CLAIM_SECONDS, progress))) control.abort(LOST);
    } catch (error) {
      log.warn('A heartbeat of a transfer failed', { taskId: transfer.task.id, error });
    } finally {
      beating = false;
    }
  };
  const timer = setInterval(beat, HEARTBEAT);
  return {
    onProgress: (now) => {
      progress = now;
    },
    stop: () => clearInterval(timer),
  };
}
