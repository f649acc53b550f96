import { TonemillError } from './errors.ts';
import type { Task, TaskEvent } from './events.ts';
import { pause } from './retries.ts';

/** Seconds that one question for a task waits, where there are no events. */
const POLL = 10;

/** Milliseconds without news after which a caller looks itself: a proxy may hold a stream back. */
const LOOK = 30_000;

/** Waits for tasks: all by one stream of events, or each by questions where events are refused. */
export interface TaskWatch {
  /** The task when it is PROCESSED, FAILED or EXPIRED. Throws `not_found` if it is removed, and what `onProgress` throws. */
  settled(
    id: number,
    onProgress: ((progress: number) => void) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Task>;
}

export interface TaskWatchDependencies {
  /** @param wait seconds for which the service may hold the answer back */
  get(id: number, wait: number, signal: AbortSignal | undefined): Promise<Task>;
  events(signal: AbortSignal): AsyncIterable<TaskEvent>;
  /** Default: half a minute. */
  look?: number;
}

/** A new state of the task; undefined: the task may have changed unseen. */
type News = Task | undefined;

interface Inbox {
  onProgress: (progress: number) => void;
  put(news: News): void;
  /** The newest news, or undefined after a time without. Throws the reason of the signal. */
  take(time: number, signal: AbortSignal | undefined): Promise<News>;
}

/** Errors of a stream after which a further one may be there: the callers get the same error if it stays. */
const PASSING: ReadonlySet<string> = new Set(['network', 'unauthenticated']);

export function createTaskWatch({ get, events, look = LOOK }: TaskWatchDependencies): TaskWatch {
  const inboxes = new Map<number, Set<Inbox>>();
  let stream: AbortController | undefined;
  let isRefused = false;

  return {
    async settled(id, onProgress = () => undefined, signal) {
      const failing = new AbortController();
      const either = signal ? AbortSignal.any([signal, failing.signal]) : failing.signal;
      const inbox = createInbox((progress) => {
        // The stream of the other callers goes on.
        try {
          onProgress(progress);
        } catch (error) {
          failing.abort(error);
        }
      });
      subscribe(id, inbox);
      try {
        let task = await get(id, 0, either);
        while (!isSettled(task)) {
          onProgress(task.progress);
          const news = isRefused ? undefined : await inbox.take(look, either);
          const next = news ?? (await get(id, isRefused ? POLL : 0, either));
          // An event of the requested output before may come late.
          if (next.revision >= task.revision) task = next;
        }
        failing.signal.throwIfAborted();
        return task;
      } finally {
        unsubscribe(id, inbox);
      }
    },
  };

  function subscribe(id: number, inbox: Inbox): void {
    const others = inboxes.get(id) ?? new Set();
    inboxes.set(id, others.add(inbox));
    if (isRefused || stream) return;
    stream = new AbortController();
    void listen(stream);
  }

  function unsubscribe(id: number, inbox: Inbox): void {
    inboxes.get(id)?.delete(inbox);
    if (inboxes.get(id)?.size === 0) inboxes.delete(id);
    if (inboxes.size > 0) return;
    stream?.abort();
    stream = undefined;
  }

  /** Every waiting caller looks for itself after a break, and without events; so an error needs no further care. */
  async function listen(own: AbortController): Promise<void> {
    try {
      for await (const event of events(own.signal)) pass(event);
    } catch (error) {
      if (own.signal.aborted) return;
      isRefused = error instanceof TonemillError && !PASSING.has(error.code);
      own.abort();
    }
    if (stream !== own) return;
    stream = undefined;
    for (const inbox of all()) inbox.put(undefined);
    if (!isRefused && inboxes.size > 0) {
      stream = new AbortController();
      void listen(stream);
    }
  }

  function pass(event: TaskEvent): void {
    switch (event.type) {
      case 'connected':
        for (const inbox of all()) inbox.put(undefined);
        return;
      case 'task.state':
        for (const inbox of inboxes.get(event.task.id) ?? []) inbox.put(event.task);
        return;
      case 'task.progress':
        for (const inbox of inboxes.get(event.taskId) ?? []) inbox.onProgress(event.progress);
        return;
      case 'task.removed':
        for (const inbox of inboxes.get(event.taskId) ?? []) inbox.put(undefined);
    }
  }

  function all(): Inbox[] {
    return [...inboxes.values()].flatMap((some) => [...some]);
  }
}

function createInbox(onProgress: (progress: number) => void): Inbox {
  let waiting: { news: News } | undefined;
  let wake: () => void = () => undefined;
  return {
    onProgress,
    put(news) {
      waiting = { news };
      wake();
    },
    async take(time, signal) {
      const woken = new AbortController();
      wake = () => woken.abort();
      if (waiting) wake();
      const either = signal ? AbortSignal.any([signal, woken.signal]) : woken.signal;
      await pause(time, either).catch(() => signal?.throwIfAborted());
      const news = waiting?.news;
      waiting = undefined;
      return news;
    },
  };
}

function isSettled({ state }: Task): boolean {
  return state === 'PROCESSED' || state === 'FAILED' || state === 'EXPIRED';
}
