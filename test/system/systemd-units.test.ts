import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../lib/config/config.ts';
import { VARIABLES } from '../../lib/config/variables.ts';
import { temporaryFolder } from '../support/folders.ts';

const run = promisify(execFile);

const FILES = 'terraform/vm/files';
const UNITS = ['tonemill-api.service', 'tonemill-worker.service', 'tonemill-secrets.service'];
const PROCESSES = UNITS.slice(0, 2);

/** Of 10, as `systemd-analyze security` counts; it calls what is over 4 exposed. */
const MOST_EXPOSURE = 2;

/** Threads of libuv, which must be known before the first of them starts; an operator's own number stays. */
const THREADS = /env UV_THREADPOOL_SIZE=\$\{UV_THREADPOOL_SIZE:-(\d+)\} /;

describe('The systemd units', () => {
  const folder = temporaryFolder();
  const unit = (name: string) => readFile(join(FILES, name), 'utf8');

  it('pass systemd-analyze verify without a message', async function () {
    if (!(await isThere('systemd-analyze'))) return this.skip();
    for (const name of UNITS) {
      // Programs that are on no build machine stand for themselves.
      const text = (await unit(name)).replace(/\/usr\/local\/(s?bin\/\S+)/g, '/bin/true');
      await writeFile(join(folder(), name), text);
    }
    const env = { PATH: process.env.PATH, SYSTEMD_UNIT_PATH: `${folder()}:` };
    for (const name of UNITS) {
      const { stdout, stderr } = await run('systemd-analyze', ['verify', join(folder(), name)], { env });
      assert.equal(stdout + stderr, '', name);
    }
  });

  it('expose little by the measure of systemd-analyze security', async function () {
    if (!(await isThere('systemd-analyze'))) return this.skip();
    for (const name of UNITS) {
      await copyFile(join(FILES, name), join(folder(), name));
      const offline = ['security', '--offline=true', `--threshold=${MOST_EXPOSURE * 10}`];
      await run('systemd-analyze', [...offline, join(folder(), name)]);
    }
  });

  it('let the processes write to the share and to a private /tmp, as a user of their own', async () => {
    for (const name of PROCESSES) {
      const text = await unit(name);
      const settings = [
        ...['User=tonemill', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'PrivateTmp=yes'],
        ...['ReadWritePaths=/nfs/home', 'RequiresMountsFor=/nfs/home', 'KillMode=mixed'],
      ];
      for (const setting of settings) assert.ok(text.includes(`\n${setting}\n`), `${name}: ${setting}`);
    }
  });

  it('let ffmpeg confine itself by Landlock', async () => {
    const calls = ['create_ruleset', 'add_rule', 'restrict_self'].map((name) => `landlock_${name}`).join(' ');
    for (const name of PROCESSES)
      assert.ok((await unit(name)).includes(`\nSystemCallFilter=@system-service ${calls}\n`), name);
  });

  it('start commands that there are', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
    const starts = PROCESSES.map(
      async (name) => `exec ${/^ExecStart=\/usr\/local\/bin\/(.*)$/m.exec(await unit(name))?.[1]}`,
    );
    const withoutThreads = [scripts.serve, scripts.worker].map((script) => script.replace(THREADS, ''));
    assert.deepEqual(await Promise.all(starts), withoutThreads);
  });

  it('give Node.js the threads that each npm script of a server gives it, and those of a function', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
    const functions = await readFile(join('terraform', 'serverless', 'functions.tf'), 'utf8');
    const found = [
      ...['start', 'dev', 'serve', 'worker'].map((name) => THREADS.exec(scripts[name])?.[1]),
      ...(await Promise.all(PROCESSES.map(unit))).map(
        (text) => /^Environment=UV_THREADPOOL_SIZE=(\d+)$/m.exec(text)?.[1],
      ),
      /UV_THREADPOOL_SIZE\s+= "(\d+)"/.exec(functions)?.[1],
    ];
    assert.deepEqual(new Set(found), new Set(['8']));
  });

  it('come with an environment that serves, once its secrets are filled in', async () => {
    const lines = (await readFile(join(FILES, 'environment'), 'utf8')).split('\n');
    const pairs = lines
      .filter((line) => /^[A-Z]/.test(line))
      .map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      });
    const { NODE_ENV, ...environment } = Object.fromEntries(pairs);
    assert.equal(NODE_ENV, 'production');
    assert.deepEqual(
      Object.keys(environment).filter((name) => !(name in VARIABLES.shape)),
      [],
    );
    const config = loadConfig(environment, 'vm');
    assert.ok(
      config.storage.originals.startsWith('/nfs/home/') && config.storage.results.startsWith('/nfs/home/'),
    );
    assert.equal(config.jwtPrivateKeys, undefined);
  });
});

async function isThere(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
