import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createPresetStore } from '../../lib/adapters/database/presets.ts';
import { createUserStore } from '../../lib/adapters/database/users.ts';
import { hasCode } from '../../lib/runtime/errors.ts';
import { testDatabase } from '../support/database.ts';

const OUTPUT = { format: 'mp3', options: { bitrate: 96_000 } };
const TAKEN = { code: 'taken' };

describe('The store of presets on PostgreSQL', () => {
  const database = testDatabase();
  const presets = () => createPresetStore(database.knex());
  const users = () => createUserStore(database.knex());
  const newUser = async () => {
    const names = { name: randomUUID(), email: `${randomUUID()}@example.org` };
    return (await users().create({ ...names, passwordHash: 'hash' })).id;
  };

  it('finds a preset by its id and by its name, for its own user only', async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const added = await presets().add(owner, { ...OUTPUT, name: '__proto__' }, 5);
    assert.ok(added);
    assert.deepEqual(await presets().find(owner, '__proto__'), added);
    assert.deepEqual(await presets().find(owner, added.id), added);
    assert.deepEqual(await presets().list(owner), [added]);
    assert.equal(await presets().find(other, '__proto__'), undefined);
    assert.equal(await presets().find(other, added.id), undefined);
    assert.equal(await presets().change(other, added.id, { ...OUTPUT, name: 'mine' }), undefined);
    assert.equal(await presets().remove(other, added.id), undefined);
    assert.deepEqual(await presets().remove(owner, added.id), added);
    assert.deepEqual(await presets().list(owner), []);
  });

  it('keeps each name once for a user, also of presets that are added at once', async () => {
    const [owner, other] = [await newUser(), await newUser()];
    const settled = await Promise.allSettled(
      Array.from({ length: 8 }, () => presets().add(owner, { ...OUTPUT, name: 'one' }, 5)),
    );
    const refused = settled.filter((one) => one.status === 'rejected');
    assert.equal(refused.length, 7);
    assert.ok(refused.every(({ reason }) => hasCode(reason, 'taken')));
    const second = await presets().add(owner, { ...OUTPUT, name: 'two' }, 5);
    assert.ok(second);
    await assert.rejects(presets().change(owner, second.id, { ...OUTPUT, name: 'one' }), TAKEN);
    assert.ok(await presets().add(other, { ...OUTPUT, name: 'one' }, 5));
  });

  it('adds no more than the most for a user, however many come at once', async () => {
    const owner = await newUser();
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, number) => presets().add(owner, { ...OUTPUT, name: `${number}` }, 3)),
    );
    assert.equal(added.filter((one) => one !== undefined).length, 3);
  });

  it('changes all of a preset, and removes presets with their user', async () => {
    const owner = await newUser();
    const added = await presets().add(owner, { ...OUTPUT, name: 'one' }, 5);
    assert.ok(added);
    const other = { name: 'other', format: 'flac', options: {} };
    const changed = await presets().change(owner, added.id, other);
    assert.deepEqual(changed, { ...added, ...other, changedAt: changed?.changedAt });
    await users().remove(owner);
    assert.deepEqual(await presets().list(owner), []);
  });
});
