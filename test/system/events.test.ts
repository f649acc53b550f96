import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTone } from '../support/audio.ts';
import { listen, type Received } from '../support/event-stream.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, TASK, testService, type User } from '../support/service.ts';

const ended = (events: readonly Received[]) => events.some(({ data }) => data.state === 'PROCESSED');
const statesOf = (events: readonly Received[]) => events.flatMap(({ data }) => data.state ?? []);

describe('Events of tasks', function () {
  this.timeout(30_000);
  const service = testService();
  const folder = temporaryFolder();

  async function tone(seconds = 1): Promise<{ name: string; bytes: Uint8Array }> {
    const path = join(folder(), 'song.wav');
    await makeTone(path, seconds);
    return { name: 'song.wav', bytes: await readFile(path) };
  }

  it('lead from the first state to the last, for a client that listened before', async () => {
    const user = await service.newUser();
    const events = listen(user, '/api/events', ended);
    const { id } = await user.create(await tone(), 'mp3');
    const found = await events;
    assert.ok(found.every(({ data }) => data.id === id));
    assert.equal(statesOf(found).at(-1), 'PROCESSED');
    const numbers = found.flatMap((event) => event.id ?? []);
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
    );
  });

  it('begin with the present state, also of a task that has ended', async () => {
    const user = await service.newUser();
    const { id } = await user.convert(await tone(), 'mp3');
    const [first] = await listen(user, `/api/tasks/${id}/events`, (events) => events.length > 0);
    assert.equal(first?.event, 'task.state');
    assert.equal(first?.data.state, 'PROCESSED');
  });

  it('begin after the last event that the client has', async () => {
    const user = await service.newUser();
    const first = await user.convert(await tone(), 'mp3');
    const [known] = await listen(user, `/api/tasks/${first.id}/events`, (events) => events.length > 0);
    const second = await user.convert(await tone(), 'mp3');
    const after = { 'Last-Event-ID': String(known?.id) };
    const missed = await listen(user, '/api/events', ended, after);
    assert.deepEqual(
      missed.map(({ data }) => [data.id, data.state]),
      [[second.id, 'PROCESSED']],
    );
  });

  it('tell that a task was removed or is converted again', async () => {
    const user = await service.newUser();
    const { id } = await user.convert(await tone(), 'mp3');
    const isGone = (events: readonly Received[]) => events.some(({ event }) => event === 'task.removed');
    const events = listen(user, `/api/tasks/${id}/events`, isGone);
    const body = JSON.stringify({ newFormat: 'flac' });
    const headers = { 'Content-Type': 'application/json' };
    await user.fetch(`/api/tasks/${id}`, { method: 'PUT', headers, body });
    await user.settled(id);
    await user.fetch(`/api/tasks/${id}`, { method: 'DELETE' });
    const found = await events;
    const states = statesOf(found);
    assert.equal(states[0], 'PROCESSED');
    assert.ok(states.length > 1);
    assert.equal(found.at(-1)?.event, 'task.removed');
  });

  it('show nothing of another user, and refuse what is no id', async () => {
    const [ann, bob] = [await service.newUser(), await service.newUser()];
    const { id } = await ann.convert(await tone(), 'mp3');
    const answer = await bob.fetch(`/api/tasks/${id}/events`);
    assert.equal(answer.status, 404);
    const mine = await bob.create(await tone(), 'mp3');
    const seen = await listen(bob, '/api/events', ended, { 'Last-Event-ID': '0' });
    assert.ok(seen.every(({ data }) => data.id === mine.id));
    for (const wrong of ['-1', 'abc', '1e3', '9'.repeat(30)]) {
      const refused = await bob.fetch('/api/events', { headers: { 'Last-Event-ID': wrong } });
      assert.equal(refused.status, 400, wrong);
      assert.match(PROBLEM.parse(await refused.json()).detail, /Last-Event-ID: expected the id of an event/);
    }
  });

  it('need a token', async () => {
    assert.equal((await fetch(`${service.url()}/api/events`)).status, 401);
  });
});

describe('A request that waits for a task', function () {
  this.timeout(30_000);
  const service = testService();
  const folder = temporaryFolder();

  async function create(user: User): Promise<number> {
    const path = join(folder(), 'song.wav');
    await makeTone(path, 1);
    return (await user.create({ name: 'song.wav', bytes: await readFile(path) }, 'mp3')).id;
  }

  it('answers when the task has ended', async () => {
    const user = await service.newUser();
    const answer = await user.fetch(`/api/tasks/${await create(user)}?wait=20`);
    assert.equal(TASK.parse(await answer.json()).state, 'PROCESSED');
    assert.equal(answer.headers.get('preference-applied'), null);
  });

  it('says which preference it applied', async () => {
    const user = await service.newUser();
    const prefer = 'respond-async, wait=9999';
    const answer = await user.fetch(`/api/tasks/${await create(user)}`, { headers: { Prefer: prefer } });
    assert.equal(TASK.parse(await answer.json()).state, 'PROCESSED');
    assert.equal(answer.headers.get('preference-applied'), 'wait=60');
  });

  it('answers at once about a task that waits for its original, if it may wait for no time', async () => {
    const user = await service.newUser();
    const made = await user.fetch('/api/tasks', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ filename: 'a.wav', newFormat: 'mp3' }),
    });
    const { task } = z.object({ task: TASK }).parse(await made.json());
    for (const wait of [0, 1]) {
      const answer = await user.fetch(`/api/tasks/${task.id}?wait=${wait}`);
      assert.equal(TASK.parse(await answer.json()).state, 'AWAITING_UPLOAD');
    }
  });

  it('is refused if it would wait for too long, and for a task that does not exist', async () => {
    const user = await service.newUser();
    for (const wait of ['1e9', '61', '-1', '1.5', '']) {
      const answer = await user.fetch(`/api/tasks/1?wait=${wait}`);
      assert.equal(answer.status, 400, wait);
      assert.match(PROBLEM.parse(await answer.json()).detail, /expected seconds from 0 to 60/);
    }
    assert.equal((await user.fetch('/api/tasks/999999?wait=5')).status, 404);
  });
});
