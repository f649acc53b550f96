import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Severity } from '../../../lib/runtime/log.ts';
import { createProcessLog, type LogStream } from '../../../lib/runtime/process-log.ts';

const MODULE = new URL('../../../lib/runtime/process-log.ts', import.meta.url);

/** Collects what is written; a terminal or a pipe. */
function recorded(isTTY: boolean) {
  const writes: string[] = [];
  const stream: LogStream = Object.assign(Object.create(process.stderr), {
    isTTY,
    fd: undefined,
    hasColors: () => false,
    write: (written: string) => writes.push(written),
  });
  return { stream, writes };
}

describe('The log of a process', () => {
  const options = { level: 'INFO' as Severity, format: undefined, milliseconds: 0 };
  const request = { httpRequest: { status: 200 } };

  it('is JSON in a pipe and readable on a terminal, unless a format is configured', () => {
    for (const [isTTY, format, expected] of [
      [false, undefined, /^\{/],
      [true, undefined, /^\d\d:/],
      [true, 'json', /^\{/],
      [false, 'pretty', /^\d\d:/],
    ] as const) {
      const { stream, writes } = recorded(isTTY);
      const log = createProcessLog(stream, { ...options, format });
      log.info('Looked');
      log.flush();
      assert.match(writes.join(), expected);
    }
  });

  it('has requests at level info as JSON, and at level debug on a terminal', () => {
    for (const [isTTY, level, expected] of [
      [false, 'INFO', 1],
      [true, 'INFO', 0],
      [true, 'DEBUG', 1],
    ] as const) {
      const { stream, writes } = recorded(isTTY);
      const log = createProcessLog(stream, { ...options, level });
      log.info('GET /things 200', request);
      log.flush();
      assert.equal(writes.length, expected);
    }
    const { stream, writes } = recorded(true);
    createProcessLog(stream, options).error('GET /things 500', request);
    assert.match(writes.join(), /error {2}GET \/things 500/);
  });

  it('leaves out events that are less severe than its level', () => {
    const { stream, writes } = recorded(false);
    const log = createProcessLog(stream, { ...options, level: 'WARNING' });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.flush();
    assert.equal(JSON.parse(writes.join()).message, 'c');
  });

  it('writes the lines of one turn of the event loop together, and an error at once', async () => {
    const { stream, writes } = recorded(false);
    const log = createProcessLog(stream, options);
    for (let line = 0; line < 3; line++) log.info('Looked');
    assert.equal(writes.length, 0);
    await new Promise(setImmediate);
    assert.equal(writes.length, 1);
    assert.equal(writes[0]?.match(/\n/g)?.length, 3);
    log.info('Looked');
    log.error('Broken');
    assert.equal(writes.length, 2);
  });

  for (const [ending, code] of [
    ['process.exit', 'process.exit(0)'],
    ['an uncaught exception', "throw new Error('broken')"],
    ['a rejection that is not handled', "await Promise.reject(new Error('broken'))"],
    ['its last work', ''],
    [
      'SIGTERM',
      "process.on('SIGTERM', () => process.exit(0)); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)",
    ],
  ] as const) {
    it(`loses no line when the process ends by ${ending}`, async () => {
      const script = `
        import { createProcessLog } from ${JSON.stringify(MODULE.href)};
        const log = createProcessLog(process.stdout, { level: 'INFO', format: 'json', milliseconds: 60_000 });
        for (let line = 0; line < 2000; line++) log.info('Looked', { line });
        ${code}`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      const lines = output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).line);
      assert.deepEqual(
        lines,
        Array.from({ length: 2000 }, (_, index) => index),
      );
    });
  }
});
