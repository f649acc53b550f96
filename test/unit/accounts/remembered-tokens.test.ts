import assert from 'node:assert/strict';
import { createTokens } from '../../../lib/accounts/tokens.ts';
import { newSigningKeys } from '../../../lib/app/secrets.ts';
import { SCOPES } from '../../../lib/ports/api-keys.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';

describe('An access token that was verified before', () => {
  it('is refused as soon as it has expired by the clock that is passed in', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const tokens = await createTokens(await newSigningKeys(), { now: () => now });
    const principal = { userId: 7, email: 'ann@example.org', epoch: 2 };
    const token = await tokens.sign(principal);
    for (const seconds of [0, 3599]) {
      now = new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
      assert.deepEqual(await tokens.verify(token), { ...principal, scopes: SCOPES });
    }
    now = new Date('2026-01-01T01:00:00Z');
    await assert.rejects(tokens.verify(token), (error) => hasCode(error, 'unauthenticated'));
  });
});
