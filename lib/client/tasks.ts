import { type Api, answerOf, byId, type Call, options } from './api.ts';
import type { Download } from './download.ts';
import { orGone } from './errors.ts';
import type { Task } from './events.ts';
import type { RequestedOutput } from './requested-output.ts';
import type { components, operations } from './schema.ts';
import type { TaskWatch } from './task-watch.ts';

/** Which tasks a list has, and in which order: `name`, `state`, `format`, `batchId`, `sort`, `order`, `max`, `after`. */
export type TaskQuery = NonNullable<operations['listTasks']['parameters']['query']>;

/** One of the results of a task. */
export type NamedResult = components['schemas']['NamedResult'];

/** A page of a list, and the query of the next one; undefined on the last. */
export interface TaskPage {
  tasks: Task[];
  next: TaskQuery | undefined;
}

export interface ImportOptions {
  /** Default: the server of the file, or the path of its URL, names it. */
  filename?: string;
  /** Where the result is delivered as well: a signed PUT URL, or `gs://bucket/name`. */
  destination?: string | undefined;
}

export interface Tasks {
  /** One page of tasks. */
  list(query?: TaskQuery, call?: Call): Promise<Task[]>;
  /** One page of tasks, with the way to the next one. */
  page(query?: TaskQuery, call?: Call): Promise<TaskPage>;
  /** Every task, page after page; `max` is the size of a page. */
  all(query?: TaskQuery, call?: Call): AsyncGenerator<Task, void, undefined>;
  /** Has the service fetch an original from a URL; answers its task, which waits for the file. */
  import(url: string, output: RequestedOutput, how?: Call & ImportOptions): Promise<Task>;
  get(id: number, call?: Call): Promise<Task>;
  /** Waits until the task is PROCESSED, FAILED or EXPIRED. */
  settled(id: number, call?: Call & { onProgress?: (progress: number) => void }): Promise<Task>;
  /** Requests another output of the same original. */
  change(id: number, output: RequestedOutput, call?: Call): Promise<Task>;
  /** Keeps the files of a task longer; `limits.retention` of the account has the limit. */
  keep(id: number, until: Date, call?: Call): Promise<Task>;
  /** Removes a task with its files; one that does not exist any more counts as removed. */
  remove(id: number, call?: Call): Promise<void>;
  /** All results of a task, in the order of its outputs. */
  results(id: number, call?: Call): Promise<NamedResult[]>;
  /** Opens a file of a task. @param of a number from 1: that result; `archive`: a ZIP file of all results */
  download(
    task: Pick<Task, 'id' | 'name'>,
    of?: 'result' | 'original' | 'archive' | number,
    call?: Call,
  ): Promise<Download>;
}

/** @param open opens a file of the service by its path */
export function createTasks(
  api: Api,
  watch: TaskWatch,
  open: (path: string, name: string, call: Call | undefined) => Promise<Download>,
): Tasks {
  const path = '/api/tasks/{id}';
  const page: Tasks['page'] = async (query = {}, call) => {
    const outcome = api.GET('/api/tasks', { params: { query }, ...options(call) });
    const tasks = await answerOf(outcome);
    const { response } = await outcome;
    return { tasks, next: nextOf(query, response.headers.get('link')) };
  };
  return {
    list: async (query, call) => (await page(query, call)).tasks,
    page,
    async *all(query, call) {
      for (let at: TaskQuery | undefined = query ?? {}; at; ) {
        const { tasks, next } = await page(at, call);
        yield* tasks;
        at = next;
      }
    },
    async import(url, output, { filename, destination, ...call } = {}) {
      const body = {
        ...output,
        url,
        ...(filename !== undefined && { filename }),
        ...(destination && { destination }),
      };
      return (await answerOf(api.POST('/api/tasks', { body, ...options(call) }))).task;
    },
    get: (id, call) => answerOf(api.GET(path, byId(id, call))),
    settled: (id, { onProgress, signal } = {}) => watch.settled(id, onProgress, signal),
    change: (id, body, call) => answerOf(api.PUT(path, { body, ...byId(id, call) })),
    keep: (id, until, call) =>
      answerOf(api.PATCH(path, { body: { expiresAt: until.toISOString() }, ...byId(id, call) })),
    remove: (id, call) => orGone(answerOf(api.DELETE(path, byId(id, call)))),
    // The service answers the address of a file that an object storage has: a redirection would lose the page's origin.
    results: (id, call) => answerOf(api.GET('/api/tasks/{id}/results', byId(id, call))),
    download: ({ id, name }, of = 'result', call) => {
      if (of === 'archive') return open(`/api/tasks/${id}/results.zip`, `${name}.zip`, call);
      const file = typeof of === 'number' ? `results/${of}` : of;
      return open(`/api/tasks/${id}/${file}?redirect=false`, name, call);
    },
  };
}

/** The query of the page to which a header Link leads. Only the place differs from page to page. */
function nextOf(query: TaskQuery, link: string | null): TaskQuery | undefined {
  const path = /<([^<>]+)>; rel="next"/.exec(link ?? '')?.[1];
  if (path === undefined) return undefined;
  const place = new URL(path, 'http://localhost').searchParams;
  const [after, cursor] = [place.get('after'), place.get('cursor')];
  const { after: _, cursor: __, ...rest } = query;
  return { ...rest, ...(after !== null && { after: Number(after) }), ...(cursor !== null && { cursor }) };
}
