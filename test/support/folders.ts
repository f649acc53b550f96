import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names of folders of tests, with the process that made each. */
export const TEST_FOLDER = /^tonemill-test-(\d+)-/;

/** A new folder, by whose name later runs know whether its process still runs. */
export function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `tonemill-test-${process.pid}-`));
}

/**
 * A folder for each test, removed after it; call it where `describe` is called.
 * @param leave ends what uses the folder, before it goes
 */
export function temporaryFolder(leave = async (): Promise<void> => undefined): () => string {
  let path: string | undefined;
  beforeEach(async () => {
    path = await newFolder();
  });
  afterEach(async () => {
    await leave();
    if (path) await rm(path, { recursive: true, force: true });
  });
  return () => {
    if (!path) throw new TypeError('the folder is there only while a test runs');
    return path;
  };
}
