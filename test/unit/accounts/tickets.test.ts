import assert from 'node:assert/strict';
import { createTokens } from '../../../lib/accounts/tokens.ts';
import { newSigningKeys } from '../../../lib/app/secrets.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';

describe('A ticket', () => {
  const isRefused = (error: unknown) => hasCode(error, 'unauthenticated');
  let now = new Date('2026-01-01T00:00:00Z');
  const opened = async () => createTokens(await newSigningKeys(), { now: () => now });
  beforeEach(() => {
    now = new Date('2026-01-01T00:00:00Z');
  });

  it('names its user for 15 minutes, with the right to read', async () => {
    const tokens = await opened();
    const session = { userId: 7, email: 'ann@example.org', epoch: 2, scopes: ['account'] as const };
    const { ticket, expiresAt } = await tokens.signTicket(session, '/api/tasks/1/result');
    assert.equal(expiresAt.toISOString(), '2026-01-01T00:15:00.000Z');
    now = new Date('2026-01-01T00:14:59Z');
    const found = await tokens.verifyTicket(ticket, '/api/tasks/1/result');
    assert.deepEqual(found, { ...session, scopes: ['tasks:read'] });
    now = expiresAt;
    await assert.rejects(tokens.verifyTicket(ticket, '/api/tasks/1/result'), isRefused);
  });

  it('is for one file, and neither an access token nor the right to an upload', async () => {
    const tokens = await opened();
    const key = { userId: 7, email: 'ann@example.org', scopes: ['tasks:read'] as const };
    const { ticket } = await tokens.signTicket(key, '/api/tasks/1/result');
    assert.deepEqual(await tokens.verifyTicket(ticket, '/api/tasks/1/result'), key);
    await assert.rejects(tokens.verifyTicket(ticket, '/api/tasks/1/original'), isRefused);
    await assert.rejects(tokens.verify(ticket), isRefused);
    await assert.rejects(tokens.verifyUpload(ticket), isRefused);
    const token = await tokens.sign({ userId: 7, email: 'ann@example.org', epoch: 0 });
    await assert.rejects(tokens.verifyTicket(token, '/api/tasks/1/result'), isRefused);
  });
});
