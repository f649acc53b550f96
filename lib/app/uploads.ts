import { randomUUID } from 'node:crypto';
import type { Tokens } from '../accounts/tokens.ts';
import { type Admission, createAdmission } from '../limits/admission.ts';
import type { UserLimits } from '../limits/user-limits.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import { createPlaces, type Places } from '../runtime/places.ts';
import { nextRun } from '../runtime/shared-run.ts';
import { type Batches, createBatches } from '../tasks/batches.ts';
import { type Covers, createCovers } from '../tasks/covers.ts';
import { createPresets, type Presets } from '../tasks/presets.ts';
import { createOutputRequests, type OutputRequest, type OutputRequests } from '../tasks/requested-output.ts';
import type { ResultArchives } from '../tasks/result-archive.ts';
import { createRetention, type Retention } from '../tasks/retention.ts';
import { createTaskEvents, type TaskEvents } from '../tasks/task-events.ts';
import { createTasks, type Tasks } from '../tasks/tasks.ts';
import { createAddressRules } from '../transfers/addresses.ts';
import { createFormUploads, type FormUploads } from '../uploads/form-upload.ts';
import { createUploaded, type FinalizedObject, type Placement } from '../uploads/object-finalized.ts';
import { createResumableUploads, type ResumableUploads } from '../uploads/resumable-upload.ts';
import { cancelEnded, createUploadSessions, type UploadSessions } from '../uploads/upload-sessions.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import type { Foundation } from './foundation.ts';
import type { Stores } from './open-database.ts';
import { wakeTransfers } from './transfer-messages.ts';

/** Services that create tasks and receive their originals. */
export interface Uploads {
  tasks: Lazy<Tasks>;
  presets: Lazy<Presets>;
  outputs: Lazy<OutputRequests>;
  taskEvents: Lazy<TaskEvents>;
  batches: Lazy<Batches>;
  resultArchives: Lazy<ResultArchives>;
  covers: Lazy<Covers>;
  retention: Lazy<Retention>;
  formUploads: Lazy<FormUploads>;
  uploadSessions: Lazy<UploadSessions>;
  /** Receives large originals; undefined if a bucket receives them itself. */
  resumableUploads: Lazy<ResumableUploads> | undefined;
  uploaded: Lazy<(object: FinalizedObject) => Promise<Placement>>;
  admission: Lazy<Admission>;
  /** Originals that this process receives at once, in forms or in pieces. */
  uploadPlaces: Places;
  /** Cancels the sessions of tasks that ended before their original came. */
  cancelUploads: () => Promise<number>;
}

export function openUploads(
  foundation: Foundation,
  { tokens, userLimits }: { tokens: Lazy<Tokens>; userLimits: UserLimits },
  webhooks: Lazy<Webhooks>,
): Uploads {
  const { config, log, stores, engine, workspaces, surroundings, outbound } = foundation;
  const { originals, results, partials, uploadsFor } = foundation.storage;
  const { clock, places } = surroundings;
  const uploadBytes = async (userId: number) => (await userLimits.of(userId)).uploadBytes;
  const uploadPlaces = createPlaces({ most: places.uploads, name: 'uploads', retryAfter: 5 });
  const addresses = createAddressRules(outbound, config.outbound.buckets);
  const wakeImports = async () => {
    if (config.mode === 'functions') await wakeTransfers(stores, log);
  };
  const formats = async () => (await engine()).formats;
  const uploads = lazy(async () => uploadsFor(tokens));
  const admission = lazy(async () => {
    const { usage, rateLimits } = await stores();
    const { minFreeBytes } = config;
    const freeBytes = () => originals.freeBytes();
    return createAdmission({ usage, rateLimits, limits: userLimits, minFreeBytes, freeBytes });
  });
  /** Stores that create no task beyond the limits of its user. */
  const admitting = async (): Promise<Pick<Stores, 'tasks' | 'batches'>> => {
    const { tasks, batches } = await stores();
    const { admit } = await admission();
    return {
      tasks: {
        ...tasks,
        async create(task) {
          await admit(task.userId, [task]);
          return tasks.create(task);
        },
      },
      batches: {
        ...batches,
        async create(batch) {
          await admit(batch.userId, batch.tasks);
          return batches.create(batch);
        },
      },
    };
  };
  const dependencies = async () => {
    const { uploads: uploadStore, receivedBytes } = await stores();
    const { tasks: store, batches } = await admitting();
    return { store, batches, uploadStore, receivedBytes, uploads: await uploads(), uploadBytes };
  };
  // Many tasks that are removed at once share one run.
  const cancelUploads = nextRun(async () => {
    const { uploads: uploadStore } = await stores();
    return cancelEnded({ uploads: await uploads(), uploadStore, log });
  });
  const outputs = lazy(async () => {
    const { mustAllowFormat } = await admission();
    const requests = createOutputRequests(formats, (await stores()).presets);
    return {
      ...requests,
      async resolve(userId: number, request: OutputRequest) {
        const output = await requests.resolve(userId, request);
        await mustAllowFormat(userId, output.format);
        return output;
      },
    };
  });
  const tasks = lazy(async () => {
    const { tasks: store } = await stores();
    return createTasks({ store, originals, results, formats, outputs: await outputs(), cancelUploads });
  });
  const presets = lazy(async () => createPresets((await stores()).presets, await outputs()));

  const taskEvents = lazy(async () => {
    const { changedTasks: store, batches, webhooks, taskChanges: changes } = await stores();
    return createTaskEvents({ store, batches, webhooks, changes });
  });

  const batches = lazy(async () =>
    createBatches({ store: (await stores()).batches, tasks: await tasks(), log }),
  );

  const resultArchives = lazy(async () => {
    const { createResultArchives } = await import('../tasks/result-archive.ts');
    return createResultArchives({ store: (await stores()).taskResults, results });
  });

  const covers = lazy(async () => createCovers({ store: (await stores()).tasks, results }));

  const retention = lazy(async () => {
    const { tasks: found, retention: store } = await stores();
    const { days, maxDays } = config.retention;
    return createRetention({ tasks: found, store, maxDays, isOn: days > 0 });
  });

  return {
    tasks,
    outputs,
    retention,
    presets,
    batches,
    resultArchives,
    covers,
    taskEvents,
    cancelUploads,
    admission,
    uploadPlaces,
    formUploads: lazy(async () => {
      const { receivedBytes } = await stores();
      const { tasks: store } = await admitting();
      const { mustHaveRoom, mustAllowSize } = await admission();
      const services = { tasks: await tasks(), covers: await covers(), webhooks: await webhooks() };
      const forms = createFormUploads({
        ...services,
        addresses,
        mustAllowSize,
        store,
        receivedBytes,
        originals,
        workspaces,
        clock,
      });
      return {
        async receive(userId, file, creation) {
          await mustHaveRoom();
          return forms.receive(userId, file, creation);
        },
      };
    }),
    uploadSessions: lazy(async () =>
      createUploadSessions({
        ...(await dependencies()),
        tasks: await tasks(),
        webhooks: await webhooks(),
        transfers: (await stores()).transfers,
        addresses,
        wakeImports,
        formats,
        clock,
      }),
    ),
    resumableUploads:
      partials &&
      lazy(async () =>
        createResumableUploads({
          ...(await dependencies()),
          partials,
          places: uploadPlaces,
          newWriter: randomUUID,
        }),
      ),
    uploaded: lazy(async () => {
      const bucket = config.storage.kind === 'gcs' ? config.storage.originals : undefined;
      return createUploaded({ ...(await dependencies()), originals, bucket, log });
    }),
  };
}
