import { randomUUID } from 'node:crypto';
import type { Tokens } from '../accounts/tokens.ts';
import { type Lazy, lazy } from '../runtime/lazy.ts';
import { createTasks, type Tasks } from '../tasks/tasks.ts';
import { createFormUploads, type FormUploads } from '../uploads/form-upload.ts';
import { createUploaded, type FinalizedObject, type Placement } from '../uploads/object-finalized.ts';
import { createResumableUploads, type ResumableUploads } from '../uploads/resumable-upload.ts';
import { cancelEnded, createUploadSessions, type UploadSessions } from '../uploads/upload-sessions.ts';
import type { Foundation } from './foundation.ts';

/** Services that create tasks and receive their originals. */
export interface Uploads {
  tasks: Lazy<Tasks>;
  formUploads: Lazy<FormUploads>;
  uploadSessions: Lazy<UploadSessions>;
  /** Receives large originals; undefined if a bucket receives them itself. */
  resumableUploads: Lazy<ResumableUploads> | undefined;
  uploaded: Lazy<(object: FinalizedObject) => Promise<Placement>>;
  /** Cancels the sessions of tasks that ended before their original came. */
  cancelUploads: () => Promise<number>;
}

export function openUploads(foundation: Foundation, tokens: Lazy<Tokens>): Uploads {
  const { config, log, stores, engine, workspaces, surroundings } = foundation;
  const { originals, results, partials, uploadsFor } = foundation.storage;
  const { clock } = surroundings;
  const { uploadBytes } = config.limits;
  const formats = async () => (await engine()).formats;
  const uploads = lazy(async () => uploadsFor(tokens));
  const dependencies = async () => {
    const { tasks: store, uploads: uploadStore, receivedBytes } = await stores();
    return { store, uploadStore, receivedBytes, uploads: await uploads(), uploadBytes };
  };
  const cancelUploads = async () => {
    const { uploads: uploadStore } = await stores();
    return cancelEnded({ uploads: await uploads(), uploadStore, log });
  };
  const tasks = lazy(async () => {
    const { tasks: store } = await stores();
    return createTasks({ store, originals, results, formats, cancelUploads });
  });

  return {
    tasks,
    cancelUploads,
    formUploads: lazy(async () => {
      const { tasks: store, receivedBytes } = await stores();
      return createFormUploads({ tasks: await tasks(), store, receivedBytes, originals, workspaces, clock });
    }),
    uploadSessions: lazy(async () =>
      createUploadSessions({ ...(await dependencies()), tasks: await tasks(), formats, clock }),
    ),
    resumableUploads:
      partials &&
      lazy(async () =>
        createResumableUploads({ ...(await dependencies()), partials, newWriter: randomUUID }),
      ),
    uploaded: lazy(async () => {
      const bucket = config.storage.kind === 'gcs' ? config.storage.originals : undefined;
      return createUploaded({ ...(await dependencies()), originals, bucket, log });
    }),
  };
}
