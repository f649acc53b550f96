import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Tokens } from '../accounts/tokens.ts';
import { createBucketStorage } from '../adapters/storage/gcs.ts';
import { createBucketUploads } from '../adapters/storage/gcs-uploads.ts';
import { createBucketWriter } from '../adapters/storage/gcs-writer.ts';
import { createFolderStorage } from '../adapters/storage/nfs.ts';
import { createFolderAdoption } from '../adapters/storage/nfs-adoption.ts';
import { mustBeRoot } from '../adapters/storage/nfs-marker.ts';
import { createPartialFiles } from '../adapters/storage/nfs-partial-files.ts';
import { createFolderUploads } from '../adapters/storage/nfs-uploads.ts';
import type { Config } from '../config/config.ts';
import type { Adoption, Storage } from '../ports/storage.ts';
import type { BucketWriter } from '../ports/transfers.ts';
import type { PartialFiles, Uploads } from '../ports/uploads.ts';
import { lazy } from '../runtime/lazy.ts';

/** The two storages, and the services that upload and adopt their objects. */
export interface FileStorage {
  originals: Storage;
  results: Storage;
  adoption: Adoption;
  uploadsFor(tokens: () => Promise<Tokens>): Uploads;
  /** Partial files of large originals that this program receives itself. */
  partials: PartialFiles | undefined;
  /** Writes results into buckets that users name. */
  buckets: BucketWriter;
  /** Throws `misconfigured` if a share is not mounted, or was never prepared. */
  check(): Promise<void>;
}

/** Composition root of the storages: each is a bucket or a folder, and is opened on first use. */
export function openStorage({ storage, project, mode }: Config): FileStorage {
  const emulator = storage.kind === 'gcs' ? storage.emulator : undefined;
  const client = lazy(() => openCloudStorage(project, emulator));
  const buckets = createBucketWriter(client);
  if (storage.kind === 'nfs') return { ...openFolders(storage, mode !== 'vm'), buckets };
  const bucket = (name: string) => async () => (await client()).bucket(name);
  const originals = createBucketStorage(bucket(storage.originals));
  const results = createBucketStorage(bucket(storage.results));
  return {
    originals,
    results,
    adoption: { adopt: async (from, to) => results.put(to, await originals.read(from)) },
    uploadsFor: () => createBucketUploads(bucket(storage.originals)),
    partials: undefined,
    buckets,
    check: async () => undefined,
  };
}

function openFolders(
  roots: { originals: string; results: string },
  own: boolean,
): Omit<FileStorage, 'buckets'> {
  const root = { root: roots.originals, role: 'originals', own } as const;
  const [originals, partials] = [createFolderStorage(root), createPartialFiles(root)];
  const results = createFolderStorage({ root: roots.results, role: 'results', own });
  return {
    originals,
    results,
    partials,
    adoption: createFolderAdoption({ roots, originals, results }),
    uploadsFor: (tokens) =>
      createFolderUploads({
        originals,
        partials,
        sign: async (taskId, expiresAt) => (await tokens()).signUpload(taskId, expiresAt),
      }),
    async check() {
      if (own) return;
      await mustBeRoot(roots.originals, 'originals');
      await mustBeRoot(roots.results, 'results');
    },
  };
}

/** Google's client takes long to load, so it is loaded on first use. */
async function openCloudStorage(projectId: string | undefined, emulator: string | undefined) {
  const { Storage } = await import('@google-cloud/storage');
  const project = projectId && { projectId };
  if (emulator === undefined) return new Storage({ ...project });
  const client = new Storage({ ...project, apiEndpoint: emulator, authClient: await newSigner() });
  // If STORAGE_EMULATOR_HOST is set, the client uses it as the whole base URL, and requests objects outside of the API.
  client.baseUrl = `${emulator}/storage/v1`;
  return client;
}

/** An emulator checks no credentials, but signed URLs need a key: this process makes its own. */
async function newSigner() {
  const { GoogleAuth, JWT } = await import('./google-auth.ts');
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const email = 'emulated@example.org';
  const signer = new GoogleAuth({ authClient: new JWT({ email, key: privateKey }) });
  signer.jsonContent = { client_email: email };
  return signer;
}
