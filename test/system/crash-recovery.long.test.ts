import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeTone } from '../support/audio.ts';
import { testCloud } from '../support/cloud.ts';
import { type FaultyHttp, faultyHttp } from '../support/faulty.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type FunctionProcess, gone, startFunction } from '../support/function-process.ts';
import type { TaskJson, User } from '../support/service.ts';

const DAY = 86_400_000;

describe('Functions that die', function () {
  this.timeout(240_000);
  const cloud = testCloud();
  const folder = temporaryFolder();
  let ann: User;
  let tone: Buffer;
  let faulty: FaultyHttp;
  let running: FunctionProcess | undefined;

  before(async () => {
    faulty = await faultyHttp(cloud.environment().STORAGE_EMULATOR_HOST ?? '');
  });
  after(() => faulty?.close());
  beforeEach(async () => {
    ann = await cloud.newUser();
    const path = join(folder(), 'tone.wav');
    await makeTone(path, 10);
    tone = await readFile(path);
  });
  afterEach(async () => {
    faulty.decide = () => undefined;
    await running?.kill('SIGKILL');
  });

  const upload = () => ann.create({ name: 'tone.wav', bytes: tone }, 'mp3');
  const message = ({ id, revision }: TaskJson) => ({ taskId: id, revision });

  /** A process that has begun to convert and is held in the middle: the last part of the original does not come. */
  async function begun(
    task: TaskJson,
    number = 1,
  ): Promise<{ convert: FunctionProcess; answer: Promise<number | undefined> }> {
    const bytes = tone.length * 0.75;
    const never = new Promise<void>(() => undefined);
    faulty.decide = (method, path) =>
      method === 'GET' && path.includes('alt=media') ? { kind: 'hold', bytes, until: never } : undefined;
    const convert = await startFunction('convert', {
      ...cloud.environment(),
      STORAGE_EMULATOR_HOST: faulty.url,
    });
    running = convert;
    const answer = convert.push(message(task));
    const { tasks } = await cloud.app().stores();
    while ((await tasks.find(task.id))?.attempt !== number) await setTimeout(20);
    while ((await convert.children('ffmpeg')).length === 0) await setTimeout(20);
    return { convert, answer };
  }

  async function mustBeWhole(task: TaskJson): Promise<void> {
    assert.equal((await ann.task(task.id)).state, 'PROCESSED');
    const later = { now: () => new Date(Date.now() + 2 * DAY) };
    await cloud.sweep(cloud.instance({}, { clock: later }));
    const { id } = task;
    const whole = [`${id}/0/original.dat`, `${id}/1/tone.mp3`, `${id}/tone.wav`];
    assert.deepEqual(await cloud.objects([id]), whole);
  }

  it('lose no task when the message comes again while the dead one’s lease still runs', async () => {
    const task = await upload();
    const { convert, answer } = await begun(task);
    const pids = await convert.children('ffmpeg');
    await convert.kill('SIGKILL');
    assert.equal(await answer, undefined);
    await gone(pids);
    assert.equal(await cloud.push(message(task)), 429);
    assert.equal((await ann.task(task.id)).state, 'PROCESSING');
    await cloud.pass(61);
    assert.equal(await cloud.push(message(task)), 204);
    await mustBeWhole(task);
  });

  it('take ffmpeg with them on SIGTERM, and the sweep enqueues for what they left', async () => {
    const task = await upload();
    const { convert, answer } = await begun(task);
    const pids = await convert.children('ffmpeg');
    assert.ok(pids.length > 0);
    await convert.kill('SIGTERM');
    await answer;
    await gone(pids);
    await cloud.enqueued([task.id]);
    await cloud.pass(61);
    await cloud.sweep();
    await cloud.enqueued([task.id]);
    assert.equal(await cloud.push(message(task)), 204);
    await mustBeWhole(task);
  });

  it('five times over one file end it as FAILED gave_up, though the sweep rang with new messages', async () => {
    const task = await upload();
    for (let attempt = 1; attempt <= 5; attempt++) {
      const { convert, answer } = await begun(task, attempt);
      await convert.kill('SIGKILL');
      await answer;
      await cloud.pass(61);
      await cloud.sweep();
      if (attempt < 5) await cloud.enqueued([task.id]);
    }
    const { state, error } = await ann.task(task.id);
    assert.deepEqual([state, error?.code], ['FAILED', 'gave_up']);
    assert.equal(await cloud.push(message(task)), 204);
    assert.equal(await cloud.push(message(task), { target: 'dead-letter' }), 204);
    assert.deepEqual(await cloud.objects([task.id]), [`${task.id}/tone.wav`]);
  });
});
