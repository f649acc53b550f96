import assert from 'node:assert/strict';
import { hashPassword, verifyPassword } from '../lib/passwords.ts';

describe('Passwords', () => {
  it('are kept as argon2id with 19 MiB, two passes and one lane', async () => {
    assert.match(
      await hashPassword('correct horse'),
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$=]{22}\$[^$=]{43}$/,
    );
  });

  it('are known again, and no other is', async () => {
    const hash = await hashPassword('pässwörd 🔑');
    assert.equal(await verifyPassword('pässwörd 🔑', hash), true);
    assert.equal(await verifyPassword('passwörd 🔑', hash), false);
  });

  it('never hash to the same text twice', async () => {
    assert.notEqual(await hashPassword('same'), await hashPassword('same'));
  });

  it('are never compared with something that is no hash', async () => {
    await assert.rejects(verifyPassword('x', 'plain text'), TypeError);
  });
});
