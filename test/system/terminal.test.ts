import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { temporaryFolder } from '../support/folders.ts';

/** script(1) of util-linux 2.35 and later runs a command on a pseudo-terminal. */
const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;

describe('A start on a terminal', () => {
  const folder = temporaryFolder();

  it('ends with lines for a person, and Ctrl-C stops the service', async function () {
    if (!hasScript) this.skip();
    const command = `exec "${process.execPath}" lib/cli/main.ts start`;
    const { PATH, HOME } = process.env;
    const env = {
      PATH,
      HOME,
      PORT: '0',
      TONEMILL_DATA: join(folder(), 'data'),
      TERM: 'xterm',
      NO_COLOR: '1',
    };
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let output = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      const wasReady = output.includes('Ctrl-C');
      output += text;
      if (!wasReady && output.includes('Ctrl-C')) child.stdin.write('\u0003');
    }
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 0, output);
    assert.match(output, /^\d\d:\d\d:\d\d {2}info {3}Programs {2}ffmpeg=/m);
    assert.match(output, /^Tonemill is ready on http:\/\/\S+\r\n\r\n {2}Routes {4}http:\/\/\S+\/docs\r\n/m);
    assert.ok(output.includes(join(folder(), 'data')), output);
  });
});
