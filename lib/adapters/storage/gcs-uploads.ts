import type { Bucket } from '@google-cloud/storage';
import { objectKey } from '../../ports/object-key.ts';
import type { Uploads } from '../../ports/uploads.ts';
import { cancelSession } from './gcs-send.ts';

/**
 * Resumable sessions of Cloud Storage. A session's URI is the right to send one object, lasts a week, can't be listed,
 * and takes its one object only where there is none yet.
 * @param bucket of the originals; made when it is first needed, since its client takes long to load
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
