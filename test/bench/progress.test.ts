import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createProgress } from './progress.ts';

const run = promisify(execFile);

describe('The progress of a benchmark', () => {
  let written: string;
  let seconds: number;
  const progressOn = (terminal: { isTTY?: boolean; columns?: number }) =>
    createProgress({ ...terminal, write: (text) => (written += text) }, () => seconds * 1000);

  beforeEach(() => {
    written = '';
    seconds = 100;
  });

  it('is a line for each step, with the seconds since the start, where the output is no terminal', () => {
    const progress = progressOn({});
    seconds += 7;
    progress.step('race, round 1 of 3: tonemill');
    seconds += 1234;
    progress.step('race, round 2 of 3: tonemill');
    progress.clear();
    assert.equal(written, '[   7 s] race, round 1 of 3: tonemill\n[1241 s] race, round 2 of 3: tonemill\n');
  });

  it('is one line on a terminal, which each step replaces and results remove', () => {
    const progress = progressOn({ isTTY: true, columns: 20 });
    progress.step('a step that is longer than the terminal is wide');
    progress.step('short');
    progress.clear();
    progress.clear();
    assert.equal(written, '\r\x1b[2K[   0 s] a step tha\r\x1b[2K[   0 s] short\r\x1b[2K');
  });

  it('is a whole line on a terminal that does not know its width', () => {
    const progress = progressOn({ isTTY: true, columns: 0 });
    progress.step('race');
    assert.equal(written, '\r\x1b[2K[   0 s] race');
  });

  it('goes to standard error, so that standard output holds results alone', async () => {
    const code = `
      const { showRound } = await import('./test/bench/progress.ts');
      const { printTable } = await import('./test/bench/figures.ts');
      showRound('race', 1, 3, 'tonemill');
      printTable([['a', 'b']]);`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code]);
    assert.equal(stdout, 'a  b\n');
    assert.equal(stderr, '[   0 s] race, round 1 of 3: tonemill\n');
  });
});
