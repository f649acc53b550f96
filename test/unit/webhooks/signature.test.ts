import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { isSecret, newSecret, signedHeaders } from '../../../lib/webhooks/signature.ts';

describe('The signature of a message', () => {
  const secrets = [newSecret(), newSecret()];
  const message = { messageId: 'msg_1', body: '{"a":"ü"}', traceparent: null, secrets };

  it('is right by each secret, and by no other, no other body and no other time', () => {
    const headers = signedHeaders(message, new Date());
    for (const secret of secrets) new Webhook(secret).verify(message.body, headers);
    assert.throws(() => new Webhook(newSecret()).verify(message.body, headers));
    assert.throws(() => new Webhook(secrets[0] ?? '').verify('{"a":"u"}', headers));
    const old = signedHeaders(message, new Date(Date.now() - 600_000));
    assert.throws(() => new Webhook(secrets[0] ?? '').verify(message.body, old), /too old/);
  });

  it('needs a secret of 24 to 64 bytes in base64 with its prefix', () => {
    const of = (bytes: number) => `whsec_${Buffer.alloc(bytes).toString('base64')}`;
    for (const secret of [newSecret(), of(24), of(64)]) assert.ok(isSecret(secret), secret);
    for (const text of [of(23), of(65), 'whsec_', 'whsec_!', of(32).slice(6), `${of(32)}\n`])
      assert.ok(!isSecret(text), text);
  });
});
