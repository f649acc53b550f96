import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';
import { createBucketStorage } from '../../lib/adapters/storage/gcs.ts';
import { createFolderStorage } from '../../lib/adapters/storage/nfs.ts';
import { markRoot } from '../../lib/adapters/storage/nfs-marker.ts';
import { STORAGE_EMULATORS } from '../support/emulators.ts';
import { temporaryFolder } from '../support/folders.ts';
import { describeStorage } from './storage.ts';

const folder = temporaryFolder();

const newRoot = () => mkdtemp(join(folder(), 'root with spaces '));

describeStorage('A private folder as a storage', async () =>
  createFolderStorage({ root: await newRoot(), role: 'originals', own: true }),
);

describeStorage('A shared folder as a storage', async () => {
  const root = await newRoot();
  await markRoot(root, 'results');
  return createFolderStorage({ root, role: 'results', own: false });
});

for (const [name, testEmulator] of Object.entries(STORAGE_EMULATORS)) {
  describe(`A bucket of ${name}`, () => {
    const url = testEmulator();

    const make = async () => {
      const client = new Storage({ projectId: 'test', apiEndpoint: url() });
      const [bucket] = await client.createBucket(`test-${randomUUID()}`);
      return createBucketStorage(async () => bucket);
    };
    // gcp-storage-emulator ignores startOffset (2026.7.19, tried).
    describeStorage('as a storage', make, { seeks: name !== 'gcp-storage-emulator' });
  });
}
