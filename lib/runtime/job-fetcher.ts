/** Source of jobs, from which a fetcher takes them. */
export interface JobFetcherOptions<Job> {
  /** Takes up to `count` jobs, the next ones first. */
  fetch(count: number): Promise<Job[]>;
  /** Handles a job and settles it. */
  run(job: Job): Promise<void>;
  /** Maximum jobs at once. */
  concurrency: number;
  /** Milliseconds between two fetches without a call of `wake`. */
  pollInterval: number;
  onError(error: unknown): void;
}

export interface JobFetcher {
  /** Fetches as soon as a job may run, since more jobs may wait. */
  wake(): void;
  /** Takes no more jobs, and waits for the running ones. */
  stop(): Promise<void>;
}

/**
 * Takes jobs while fewer than `concurrency` run: one fetch at a time, for all free places together. A fetch that returned
 * fewer jobs than asked for has emptied the queue, so that the next one waits for `wake` or for the poll. A job thus costs about one
 * fetch, however many places are free.
 */
export function startJobFetcher<Job>(options: JobFetcherOptions<Job>): JobFetcher {
  const { fetch, run, concurrency, pollInterval, onError } = options;
  const running = new Set<Promise<void>>();
  let mayHaveMore = true;
  let stopped = false;
  let fetching: Promise<void> | undefined;

  const start = (job: Job) => {
    const handled = run(job)
      .catch(onError)
      .finally(() => {
        running.delete(handled);
        take();
      });
    running.add(handled);
  };
  const takeAll = async () => {
    while (mayHaveMore && !stopped && running.size < concurrency) {
      const free = concurrency - running.size;
      mayHaveMore = false;
      const jobs = await fetch(free);
      if (jobs.length === free) mayHaveMore = true;
      for (const job of jobs) start(job);
    }
  };
  const take = () => {
    fetching ??= takeAll()
      .catch(onError)
      .finally(() => {
        fetching = undefined;
        if (mayHaveMore && !stopped && running.size < concurrency) take();
      });
  };
  const wake = () => {
    mayHaveMore = true;
    take();
  };
  const poll = setInterval(wake, pollInterval);
  take();

  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(poll);
      await fetching;
      await Promise.all(running);
    },
  };
}
