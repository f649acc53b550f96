import type { Storage } from '@google-cloud/storage';
import type { BucketWriter } from '../../ports/transfers.ts';
import { AppError } from '../../runtime/errors.ts';
import { sendStream } from './gcs-send.ts';

/** Statuses of Cloud Storage that stay the same at another try: no right to write, or no such bucket. */
const PERMANENT: ReadonlySet<number> = new Set([400, 401, 403, 404]);

/** Writes into buckets of Cloud Storage. @param client is made on first use, since it takes long to load */
export function createBucketWriter(client: () => Promise<Storage>): BucketWriter {
  return {
    async write(bucket, name, content, contentType) {
      const file = (await client()).bucket(bucket).file(name);
      try {
        await sendStream(file, content, { metadata: { contentType } });
      } catch (error) {
        const status = error instanceof Error && 'code' in error ? Number(error.code) : 0;
        if (!PERMANENT.has(status)) throw error;
        const sentence = `Cloud Storage answered ${status}: the service may not write to gs://${bucket}.`;
        throw new AppError('url_unreachable', sentence, { cause: error });
      }
    },
  };
}
