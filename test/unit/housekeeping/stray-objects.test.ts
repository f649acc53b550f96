import assert from 'node:assert/strict';
import sinon from 'sinon';
import { removeStrays } from '../../../lib/housekeeping/stray-objects.ts';
import type { ListedObject } from '../../../lib/ports/storage.ts';
import type { Task } from '../../../lib/ports/tasks.ts';

/** Objects of one storage that one sweep looks at. */
const SWEEP = 50_000;

const MODIFIED = new Date(0);

describe('The search for stray objects', () => {
  const key = (index: number) => `${index + 1}/a.wav`;
  const none = async function* (): AsyncGenerator<ListedObject> {};

  /** A storage with so many objects, and a record of what a search does with it. */
  const withObjects = (count: number) => {
    const positions = new Map<string, string>();
    const listed: (string | undefined)[] = [];
    const list = async function* (after?: string): AsyncGenerator<ListedObject> {
      listed.push(after);
      const first = after === undefined ? 0 : Number.parseInt(after, 10);
      for (let index = first; index < count; index++)
        yield { key: key(index), size: 1, modified: MODIFIED, inherited: false };
    };
    const remove = sinon.stub().resolves();
    const findAll = sinon.spy(async (_ids: ReadonlySet<number>) => new Map<number, Task>());
    const housekeeping = {
      position: async (job: string) => positions.get(job),
      setPosition: async (job: string, position: string | undefined) => {
        if (position === undefined) positions.delete(job);
        else positions.set(job, position);
      },
    };
    const search = () =>
      removeStrays({
        housekeeping,
        tasks: { findAll },
        originals: { list, remove },
        results: { list: none, remove },
        clock: { now: () => new Date(2 * 86_400_000) },
      });
    return { search, findAll, remove, listed, positions };
  };

  it('asks one query for a thousand objects', async () => {
    const { search, findAll, remove } = withObjects(2500);
    assert.equal(await search(), 2500);
    assert.deepEqual(
      findAll.args.map(([ids]) => ids.size),
      [1000, 1000, 500],
    );
    assert.equal(remove.callCount, 2500);
  });

  it('goes on where the last search stopped, and begins anew after the end', async () => {
    const { search, listed, positions } = withObjects(SWEEP + 10);
    assert.equal(await search(), SWEEP);
    assert.deepEqual([...positions], [['strays originals', key(SWEEP - 1)]]);
    assert.equal(await search(), 10);
    assert.deepEqual([...positions], []);
    await search();
    assert.deepEqual(listed, [undefined, key(SWEEP - 1), undefined]);
  });

  it('goes on after the last whole page when it broke off', async () => {
    const { search, remove, listed } = withObjects(2500);
    remove.onCall(1200).rejects(new Error('the storage is away'));
    await assert.rejects(search(), /away/);
    await search();
    assert.deepEqual(listed, [undefined, key(999)]);
  });
});
