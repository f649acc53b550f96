import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { secretFile, signingKeys } from '../../../lib/app/secrets.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('A secret file', () => {
  const folder = temporaryFolder();

  it('is the same for all callers at once, and for all later ones', async () => {
    let made = 0;
    const path = join(folder(), 'deep', 'secret');
    const make = () => `secret ${made++}`;
    const values = await Promise.all(Array.from({ length: 10 }, () => secretFile(path, make)));
    assert.equal(new Set(values).size, 1);
    assert.equal(await secretFile(path, make), values[0]);
  });

  it('is readable by its owner only', async () => {
    await signingKeys(folder());
    assert.equal((await stat(join(folder(), 'jwt-private-keys.json'))).mode & 0o777, 0o600);
  });
});
