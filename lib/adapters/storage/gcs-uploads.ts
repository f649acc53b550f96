import type { Bucket } from '@google-cloud/storage';
import { objectKey } from '../../ports/object-key.ts';
import type { Uploads } from '../../ports/uploads.ts';
import { cancelSession } from './gcs-send.ts';

/**
 * Resumable sessions of Cloud Storage. A session's URI lets its bearer send one object, lasts a week, can't be listed,
 * and accepts the object only if there is none yet.
 * @param bucket of the originals; made on first use, since its client takes long to load
 */
export function createBucketUploads(bucket: () => Promise<Bucket>): Uploads {
  const fileOf = async (key: string, generation?: string) => {
    const name = objectKey(...key.split('/'));
    return (await bucket()).file(name, generation === undefined ? {} : { generation });
  };
  return {
    async open({ key, task, contentType, origin }) {
      const size = task.declaredSize === null ? {} : { contentLength: task.declaredSize };
      const [session] = await (await fileOf(key)).createResumableUpload({
        metadata: { contentType, ...size },
        preconditionOpts: { ifGenerationMatch: 0 },
        ...(origin !== undefined && { origin }),
      });
      return { url: session, session };
    },
    cancel: cancelSession,
    async discard(key, version) {
      await (await fileOf(key, version)).delete({ ignoreNotFound: true });
    },
  };
}
