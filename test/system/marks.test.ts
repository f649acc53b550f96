import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { MARKS } from '../../lib/runtime/marks.ts';
import { makeTone } from '../support/audio.ts';
import { newFolder } from '../support/folders.ts';
import { testService } from '../support/service.ts';

describe('Marks of a conversion', function () {
  this.timeout(60_000);
  const service = testService();

  it('name each step in its order, from the received file to the finished task', async () => {
    const path = join(await newFolder(), 'second.wav');
    await makeTone(path, 1);
    const user = await service.newUser();
    const steps: string[] = [];
    const note = (message: unknown) => {
      const { step, program } = Object(message);
      steps.push(program ? `${basename(program)} ${step}` : step);
    };
    subscribe(MARKS, note);
    try {
      await user.convert({ name: 'second.wav', bytes: await readFile(path) }, 'mp3');
    } finally {
      unsubscribe(MARKS, note);
    }
    assert.deepEqual(
      STEPS.map((step) => steps.indexOf(step)).toSorted((a, b) => a - b),
      STEPS.map((step) => steps.indexOf(step)),
    );
    assert.deepEqual(
      STEPS.filter((step) => !steps.includes(step)),
      [],
    );
  });
});

/** Steps that every conversion has, whatever its format. */
const STEPS = [
  'woken',
  'claimed',
  'opened',
  'probed',
  'ffmpeg spawned',
  'progressed',
  'ffmpeg exited',
  'checked',
  'stored',
  'finished',
];
