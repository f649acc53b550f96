import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for each test, removed after it; call it where `describe` is called. */
export function temporaryFolder(): () => string {
  let path: string | undefined;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'tonemill-test-'));
  });
  afterEach(async () => {
    if (path) await rm(path, { recursive: true, force: true });
  });
  return () => {
    if (!path) throw new TypeError('the folder is there only while a test runs');
    return path;
  };
}
