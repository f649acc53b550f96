import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { hash } from '../../lib/accounts/argon2id.ts';
import { createPasswords } from '../../lib/accounts/passwords.ts';
import { hasCode } from '../../lib/runtime/errors.ts';

const ONE_AT_A_TIME = 1;

describe('Passwords', () => {
  const passwords = createPasswords(2);
  const verify = (password: string, phc: string | undefined) => passwords.verify(password, async () => phc);

  it('are kept as argon2id with 19 MiB, two passes and one lane', async () => {
    assert.match(
      await passwords.hash('correct horse'),
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$=]{22}\$[^$=]{43}$/,
    );
  });

  it('are recognised, and no other text is', async () => {
    const phc = await passwords.hash('pässwörd 🔑');
    assert.equal(await verify('pässwörd 🔑', phc), true);
    assert.equal(await verify('passwörd 🔑', phc), false);
    assert.equal(await verify('pässwörd 🔑', undefined), false);
  });

  it('are the same however accents and spaces are encoded, and differ by case and width', async () => {
    const phc = await passwords.hash('Zoë 와 Ångström'.normalize('NFD'));
    for (const same of ['Zoë 와 Ångström', 'Zoë\u00a0와\u3000A\u030angstro\u0308m', 'Zoë 와 \u212bngström'])
      assert.equal(await verify(same, phc), true, same);
    for (const other of ['zoë 와 ångström', 'Ｚoë 와 Ångström', 'Zoe 와 Ångström'])
      assert.equal(await verify(other, phc), false, other);
  });

  it('verify against a hash that was made before normalization', async () => {
    const typed = 'Ångström'.normalize('NFD');
    assert.equal(await verify(typed, await hash(typed)), true);
  });

  it('never hash to the same text twice', async () => {
    assert.notEqual(await passwords.hash('same'), await passwords.hash('same'));
  });

  it('are never compared with a text that is no hash', async () => {
    await assert.rejects(verify('x', 'plain text'), TypeError);
  });

  it('are hashed one after another on two cores, so many wait, and more are told when to come again', async () => {
    const queue = 3;
    const { hash } = createPasswords(2, { waiting: queue, pause: 0 });
    const begun: number[] = [];
    const held = Promise.withResolvers<void>();
    const ask = (number: number) =>
      hash('correct horse', async () => {
        begun.push(number);
        await held.promise;
      });
    const accepted = Array.from({ length: ONE_AT_A_TIME + queue }, (_, number) => ask(number));
    await assert.rejects(ask(9), (error) => hasCode(error, 'unavailable') && (error.retryAfter ?? 0) > 0);
    assert.deepEqual(begun, [0]);
    held.resolve();
    await Promise.all(accepted);
    assert.deepEqual(begun, [0, 1, 2, 3]);
    await ask(4);
  });

  it('leave the thread pool to file operations, however many wait', async () => {
    let hashed = 0;
    const hashes = Array.from({ length: 20 }, async () => {
      await passwords.hash('correct horse');
      hashed += 1;
    });
    await readFile('package.json');
    assert.ok(hashed < hashes.length / 2, `${hashed} of ${hashes.length} hashes came before the file`);
    await Promise.all(hashes);
  });

  it('are not hashed where a cheaper check fails', async () => {
    const taken = new Error('taken');
    const failing = passwords.hash('correct horse', async () => {
      throw taken;
    });
    await assert.rejects(failing, taken);
    assert.match(await passwords.hash('correct horse'), /^\$argon2id/);
  });
});
