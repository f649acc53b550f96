import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, File, FileMetadata } from '@google-cloud/storage';
import { create as contentDisposition } from 'content-disposition';
import { objectKey } from '../../ports/object-key.ts';
import type { ByteRange, Storage, StoredObject } from '../../ports/storage.ts';
import { AppError } from '../../runtime/errors.ts';
import { destroyingOnFailure } from './abandoned-source.ts';
import { sendStream } from './gcs-send.ts';

/** Seconds for which a signed URL is valid. */
const SIGNED_URL_SECONDS = 900;

/** Custom metadata by which a writer recognizes its own object. */
const WRITER = 'tonemill-writer';

/**
 * Storage in a bucket. Writes have a generation precondition: they can be repeated after a lost answer, and a writer
 * that is slower than another fails instead of overwriting.
 * @param bucket is made on first use, since its client takes long to load
 */
export function createBucketStorage(bucket: () => Promise<Bucket>): Storage {
  const fileOf = async (key: string): Promise<File> => {
    const name = objectKey(...key.split('/'));
    return (await bucket()).file(name);
  };
  return {
    local: false,
    put: (key, source) => destroyingOnFailure(source, async () => put(await fileOf(key), source)),
    async fetch(key, path) {
      const file = await fileOf(key);
      await mustStat(file);
      await pipeline(open(file), createWriteStream(path));
    },
    async read(key, range) {
      const file = await fileOf(key);
      await mustStat(file);
      return open(file, range);
    },
    freeBytes: async () => undefined,
    async check() {
      await stat(await fileOf('ready'));
    },
    async stat(key) {
      return stat(await fileOf(key));
    },
    async remove(key) {
      await (await fileOf(key)).delete({ ignoreNotFound: true });
    },
    async *list(after) {
      const startOffset = after !== undefined && { startOffset: after };
      const files: AsyncIterable<File> = (await bucket()).getFilesStream({ ...startOffset });
      for await (const file of files)
        if (file.name !== after) yield { ...describe(file.name, file.metadata), inherited: false };
    },
    async signedUrl(key, { name, mimeType }) {
      const file = await fileOf(key);
      const [url] = await file.getSignedUrl({
        version: 'v4',
        action: 'read',
        expires: Date.now() + SIGNED_URL_SECONDS * 1000,
        responseDisposition: contentDisposition(name),
        responseType: mimeType,
      });
      return url;
    },
  };
}

/** Two pipelines of Google's client read one response: eleven listeners, and Node.js warns of more than ten (8.4). */
const LISTENERS = 20;

function open(file: File, range?: ByteRange): Readable {
  const stream = file.createReadStream({ ...range, validation: range ? false : 'crc32c' });
  return stream.on('response', (response: Readable) => response.setMaxListeners(LISTENERS));
}

async function put(file: File, source: Readable | string): Promise<number> {
  const writer = randomUUID();
  const options = {
    preconditionOpts: { ifGenerationMatch: await generation(file) },
    metadata: { metadata: { [WRITER]: writer } },
  };
  try {
    if (typeof source === 'string')
      await file.bucket.upload(source, { ...options, destination: file, validation: 'crc32c' });
    else await sendStream(file, source, options);
  } catch (error) {
    if (typeof source !== 'string') source.destroy();
    if (!hasStatus(error, 412)) throw error;
    await mustBeWriter(file, writer, error);
  }
  const { size } = await mustStat(file);
  return size;
}

/** Generation that a write may replace; 0 if there is no object. */
async function generation(file: File): Promise<string | number> {
  return (await metadata(file))?.generation ?? 0;
}

/** An upload that is repeated after a lost answer finds its own object. */
async function mustBeWriter(file: File, writer: string, cause: unknown): Promise<void> {
  if ((await metadata(file))?.metadata?.[WRITER] === writer) return;
  throw new AppError('unavailable', 'Another writer was faster.', { cause });
}

async function stat(file: File): Promise<StoredObject | undefined> {
  const found = await metadata(file);
  return found && describe(file.name, found);
}

async function mustStat(file: File): Promise<StoredObject> {
  const found = await stat(file);
  if (!found) throw new AppError('not_found', 'There is no such file.');
  return found;
}

async function metadata(file: File): Promise<FileMetadata | undefined> {
  try {
    return (await file.getMetadata())[0];
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

function describe(key: string, { size, updated, crc32c, md5Hash: md5 }: FileMetadata): StoredObject {
  const checksums = crc32c !== undefined && { checksums: { crc32c, ...(md5 !== undefined && { md5 }) } };
  return { key, size: Number(size), modified: new Date(updated ?? 0), ...checksums };
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'code' in error && Number(error.code) === status;
}
