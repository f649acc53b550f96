import assert from 'node:assert/strict';
import { openSigningKeys } from '../../../lib/accounts/signing-keys.ts';
import { createTokens } from '../../../lib/accounts/tokens.ts';
import { newSigningKeys, rotatedEnvironment, rotateKeysFile, signingKeys } from '../../../lib/app/secrets.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { temporaryFolder } from '../../support/folders.ts';

const ANN = { userId: 7, email: 'ann@example.org', epoch: 0 };
const HOUR = 3_600_000;

const kidsOf = (keys: string): string[] => JSON.parse(keys).keys.map(({ kid }: { kid: string }) => kid);
const kidOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

describe('Signing keys that are rotated', () => {
  const folder = temporaryFolder();
  let moved = 0;
  const clock = { now: () => new Date(Date.now() + moved) };
  const opened = () => openSigningKeys(() => signingKeys(folder()), clock);

  beforeEach(() => {
    moved = 0;
  });

  it('log nobody out, in a process that was started before as well', async () => {
    const before = await createTokens(await opened(), clock);
    const old = await before.sign(ANN);
    await rotateKeysFile(folder());
    const after = await createTokens(await opened(), clock);
    const young = await after.sign(ANN);
    assert.notEqual(kidOf(young), kidOf(old));
    assert.equal((await after.verify(old)).userId, 7);
    // Longer than the time for which an unknown key is not looked up again.
    moved = 1001;
    assert.equal((await before.verify(young)).userId, 7);
  });

  it('keep an old key for the uploads of a day, and drop it when all its tokens are over', async () => {
    const first = await signingKeys(folder());
    await rotateKeysFile(folder());
    assert.deepEqual(
      (await (await opened()).publicKeys()).keys.map(({ kid }) => kid).slice(1),
      kidsOf(first),
    );
    moved = 47 * HOUR;
    assert.equal((await (await opened()).publicKeys()).keys.length, 2);
    moved = 49 * HOUR;
    const kept = (await (await opened()).publicKeys()).keys.map(({ kid }) => kid);
    assert.deepEqual(kept, kidsOf(await signingKeys(folder())).slice(0, 1));
  });

  it('of an environment sign only when all processes had time to restart', async () => {
    const first = await newSigningKeys();
    const { keys, signsFrom } = await rotatedEnvironment(first);
    const tokens = await createTokens(await openSigningKeys(async () => keys, clock), clock);
    assert.equal((await tokens.publicKeys()).keys.length, 2);
    assert.equal(kidOf(await tokens.sign(ANN)), kidsOf(first)[0]);
    moved = signsFrom.getTime() - Date.now() + 1;
    assert.equal(kidOf(await tokens.sign(ANN)), kidsOf(keys)[0]);
  });

  it('are refused if they are none', async () => {
    for (const text of ['', '{}', '{"keys":[]}', '{"keys":[{"kty":"EC"}]}'])
      await assert.rejects(
        openSigningKeys(async () => text, clock),
        (error) => hasCode(error, 'misconfigured'),
      );
  });
});
