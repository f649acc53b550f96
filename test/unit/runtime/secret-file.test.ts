import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { signingKeys } from '../../../lib/app/secrets.ts';
import { secretFile } from '../../../lib/runtime/secret-file.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('A secret file', () => {
  const folder = temporaryFolder();

  it('has one value for all callers that ask at once, and for all later ones', async () => {
    let made = 0;
    const path = join(folder(), 'deep', 'secret');
    const make = () => `secret ${made++}`;
    const values = await Promise.all(Array.from({ length: 10 }, () => secretFile(path, make)));
    assert.equal(new Set(values).size, 1);
    assert.equal(await secretFile(path, make), values[0]);
    assert.deepEqual(await readdir(join(folder(), 'deep')), ['secret']);
  });

  it('is not there, not even empty, after its value could not be made', async () => {
    const path = join(folder(), 'deep', 'secret');
    const broken = () => Promise.reject(new Error('broken'));
    await assert.rejects(secretFile(path, broken), /broken/);
    assert.deepEqual(await readdir(join(folder(), 'deep')), []);
    assert.equal(await secretFile(path, () => 'secret'), 'secret');
  });

  it('can be read only by its owner', async () => {
    await signingKeys(folder());
    assert.equal((await stat(join(folder(), 'jwt-private-keys.json'))).mode & 0o777, 0o600);
  });
});
