import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolderStorage } from '../../lib/storage/nfs.ts';
import { temporaryFolder } from '../folders.ts';
import { describeStorage } from './storage.ts';

const folder = temporaryFolder();

describeStorage('A folder', async () =>
  createFolderStorage(await mkdtemp(join(folder(), 'root with spaces '))),
);
