import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeTone } from '../support/audio.ts';
import { type CommandOptions, tonemill, tonemillOnTerminal } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testService, type User } from '../support/service.ts';

/** script(1) of util-linux 2.35 and later runs a command on a pseudo-terminal. */
const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;

describe('tonemill with a service', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();
  const inFolder = (env: NodeJS.ProcessEnv = {}, more: Partial<CommandOptions> = {}) => ({
    cwd: folder(),
    env,
    ...more,
  });
  /** The address and a key of a new user. */
  const withKey = async () => {
    const user = await service.newUser();
    return { user, env: { TONEMILL_URL: service.url(), TONEMILL_KEY: await keyOf(user) } };
  };

  it('keeps a key of a log-in on a terminal, not the password, and removes it by logout', async function () {
    if (!hasScript) return this.skip();
    const user = await service.newUser();
    const answers = [
      [/Email: /, `${user.email}\r`],
      [/Password: /, 'correct horse\r'],
    ] as const;
    let given = 0;
    const login = await tonemillOnTerminal(['login', service.url()], {
      cwd: folder(),
      onOutput(text, child) {
        const [question, answer] = answers[given] ?? [];
        if (!question?.test(text)) return;
        given += 1;
        child.stdin?.write(answer);
      },
    });
    assert.equal(login.code, 0, login.stdout);
    assert.ok(!login.stdout.includes('correct horse'), 'the password is shown');
    const path = join(folder(), '.config', 'tonemill', 'credentials.json');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const kept = await readFile(path, 'utf8');
    assert.match(kept, /"key": "tm_/);
    assert.ok(!kept.includes('correct horse'));
    const list = await tonemill(['keys', '--json'], inFolder());
    assert.equal(list.stdout.trim().split('\n').length, 1, list.stderr);
    await chmod(path, 0o640);
    const open = await tonemill(['ls'], inFolder());
    assert.deepEqual([open.code, /chmod 600/.test(open.stderr)], [3, true]);
    await chmod(path, 0o600);
    const elsewhere = await tonemill(['ls'], inFolder({ TONEMILL_URL: 'http://127.0.0.1:1' }));
    assert.deepEqual([elsewhere.code, /No key for http:\/\/127/.test(elsewhere.stderr)], [3, true]);
    assert.equal((await tonemill(['logout'], inFolder())).code, 0);
    assert.deepEqual(await readdir(join(folder(), '.config', 'tonemill')), []);
    assert.deepEqual(await (await user.fetch('/api/auth/keys')).json(), []);
  });

  it('shows bars on a terminal, ends by Ctrl-C, and goes on with the same task', async function () {
    if (!hasScript) return this.skip();
    const { user, env } = await withKey();
    await mkdir(join(folder(), 'in'));
    await makeTone(join(folder(), 'in', 'long.wav'), 150);
    await makeTone(join(folder(), 'in', 'short.wav'), 1);
    const command = ['convert', 'in', '--to', 'mp3', '--out', 'out'];
    let isStopped = false;
    const first = await tonemillOnTerminal(command, {
      cwd: folder(),
      env,
      onOutput(text, child) {
        if (isStopped || !/[1-9] % {2}(upload|conversion)/.test(text)) return;
        isStopped = true;
        child.stdin?.write('\u0003');
      },
    });
    assert.equal(first.code, 130, first.stdout);
    assert.match(first.stdout, /━.*in\/long\.wav/);
    assert.ok(first.stdout.includes('\u001b[?25h'), 'the cursor is not shown again');
    assert.match(first.stdout, /The same command goes on from here\.\s*$/);
    const before = await user.tasks();
    const second = await tonemill(command, inFolder(env));
    assert.equal(second.code, 0, second.stderr);
    assert.deepEqual((await readdir(join(folder(), 'out'))).sort(), ['long.mp3', 'short.mp3']);
    assert.equal((await user.tasks()).length, Math.max(2, before.length));
    assert.deepEqual(await readdir(join(folder(), '.state', 'tonemill', 'uploads')), []);
  });

  it('lists, saves and removes tasks, and removes them itself by --remove', async () => {
    const { user, env } = await withKey();
    await makeTone(join(folder(), 'a.wav'), 1);
    const made = await tonemill(['convert', 'a.wav', '--to', 'flac', '--json'], inFolder(env));
    const [{ taskId, status }] = made.stdout.split('\n').map((line) => JSON.parse(line || '{}'));
    assert.equal(status, 'converted', made.stderr);
    const list = await tonemill(['ls'], inFolder(env));
    assert.match(list.stdout, new RegExp(`^${taskId} +PROCESSED +flac +a\\.wav`, 'm'));
    assert.equal(
      (await tonemill(['get', `${taskId}`, '--out', 'x/y'], inFolder(env))).stdout,
      'x/y/a.flac\n',
    );
    assert.deepEqual(
      await readFile(join(folder(), 'x', 'y', 'a.flac')),
      await readFile(join(folder(), 'a.flac')),
    );
    assert.equal((await tonemill(['get', `${taskId}`, '--out', 'x/y'], inFolder(env))).code, 2);
    assert.equal((await tonemill(['rm', `${taskId}`], inFolder(env))).stdout, '1 task is removed.\n');
    const input = await readFile(join(folder(), 'a.wav'));
    const piped = await tonemill(['convert', '-', '--to', 'mp3', '--remove'], inFolder(env, { input }));
    assert.deepEqual([piped.code, piped.stdout.slice(0, 3)], [0, 'ID3'], piped.stderr);
    assert.deepEqual(await user.tasks(), []);
  });

  it('saves presets and converts by them, makes keys, and shows formats and files', async () => {
    const { env } = await withKey();
    await makeTone(join(folder(), 'a.wav'), 1);
    const save = ['presets', 'save', 'tiny', '--to', 'opus', '--option', 'bitrate=32000'];
    assert.equal((await tonemill(save, inFolder(env))).code, 0);
    const made = await tonemill(['convert', 'a.wav', '--preset', 'tiny'], inFolder(env));
    assert.match(made.stdout, /a\.wav -> a\.opus/, made.stderr);
    const key = await tonemill(['keys', 'create', 'backup', '--scope', 'tasks:read'], inFolder(env));
    const narrow = { ...env, TONEMILL_KEY: key.stdout.trim() };
    const refused = await tonemill(['convert', 'a.wav', '--to', 'mp3'], inFolder(narrow));
    assert.deepEqual([refused.code, /lacks tasks:write/.test(refused.stderr)], [3, true], refused.stderr);
    assert.match((await tonemill(['formats', 'mp3'], inFolder(env))).stdout, /^bitrate +8000 to 320000/m);
    assert.match((await tonemill(['probe', 'a.wav'], inFolder(env))).stdout, /^ {2}codec +pcm_s16le$/m);
  });

  it('compares a file with a receipt, and ends with 1 for another one', async () => {
    const { env, user } = await withKey();
    await makeTone(join(folder(), 'a.wav'), 1);
    const options = ['--to', 'flac', '--option', 'receipt=hashes'];
    assert.equal((await tonemill(['convert', 'a.wav', ...options], inFolder(env))).code, 0);
    const [task] = await user.tasks();
    const own = await tonemill(['verify', 'a.flac', '--task', `${task?.id}`], inFolder(env));
    assert.deepEqual(
      [own.code, own.stdout],
      [0, 'a.flac: the result of the receipt, unchanged\n'],
      own.stderr,
    );
    await writeFile(join(folder(), 'task.json'), await (await user.fetch(`/api/tasks/${task?.id}`)).text());
    const other = await tonemill(['verify', 'a.wav', '--receipt', 'task.json'], inFolder(env));
    assert.match(
      other.stdout,
      /^a\.wav: the original, which differs\n {2}sha256 +expected \w{64}, found \w{64}$/m,
    );
    assert.equal(other.code, 1);
    const none = await tonemill(['verify', 'a.wav', '--receipt', 'a.wav'], inFolder(env));
    assert.deepEqual([none.code, /a\.wav: expected a receipt as JSON/.test(none.stderr)], [1, true]);
    assert.equal((await tonemill(['verify', 'a.wav'], inFolder(env))).code, 2);
  });

  it('says what to do, with a code of its own, without a service, an answer, a right key and a network', async () => {
    await makeTone(join(folder(), 'a.wav'), 1);
    const convert = ['convert', 'a.wav', '--to', 'mp3'];
    const none = await tonemill(convert, inFolder());
    assert.deepEqual([none.code, /tonemill login/.test(none.stderr)], [3, true]);
    const wrong = { TONEMILL_URL: service.url(), TONEMILL_KEY: 'tm_wrong' };
    const refused = await tonemill(convert, inFolder(wrong));
    assert.match(
      refused.stderr,
      /^The API key is not valid, or was removed\. Give the command "tonemill login"/,
    );
    assert.equal(refused.code, 3);
    const lost = await tonemill(convert, inFolder({ ...wrong, TONEMILL_URL: 'http://127.0.0.1:1' }));
    assert.match(lost.stderr, /^No answer came from 127\.0\.0\.1:1\. Check the network/);
    assert.equal(lost.code, 4);
  });

  it('forwards events as signed webhooks', async () => {
    const { user, env } = await withKey();
    await makeTone(join(folder(), 'a.wav'), 1);
    const bytes = await readFile(join(folder(), 'a.wav'));
    const received = Promise.withResolvers<{ headers: NodeJS.Dict<string | string[]>; body: string }>();
    const server = createServer(async (request, response) => {
      const body = (await request.toArray()).join('');
      response.end();
      if (body.includes('task.processed')) received.resolve({ headers: request.headers, body });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
      const forwardTo = `http://127.0.0.1:${port}/hook`;
      let isListening = false;
      const command = tonemill(
        ['webhooks', 'listen', '--forward-to', forwardTo, '--secret', secret],
        inFolder(env, {
          onOutput(text, child) {
            if (!isListening && /Listening/.test(text)) {
              isListening = true;
              void user.create({ name: 'a.wav', bytes }, 'flac');
            }
            if (/task\.processed {2}task \d+ .* -> 200/.test(text)) child.kill('SIGINT');
          },
        }),
      );
      const { headers, body } = await received.promise;
      const { type, timestamp, data } = JSON.parse(body);
      assert.deepEqual(
        [type, data.name, new Date(timestamp).toISOString()],
        ['task.processed', 'a.wav', timestamp],
      );
      await assertSigned(secret, headers, body);
      assert.equal((await command).code, 130);
    } finally {
      server.close();
    }
  });
});

async function keyOf(user: User): Promise<string> {
  const scopes = ['tasks:read', 'tasks:write', 'account'];
  const answer = await user.fetch('/api/auth/keys', {
    method: 'POST',
    body: JSON.stringify({ name: 'test', scopes }),
    headers: { 'Content-Type': 'application/json' },
  });
  const { key }: { key: string } = JSON.parse(await answer.text());
  return key;
}

async function assertSigned(
  secret: string,
  headers: NodeJS.Dict<string | string[]>,
  body: string,
): Promise<void> {
  const key = await crypto.subtle.importKey(
    'raw',
    Buffer.from(secret.slice(6), 'base64'),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signature = await crypto.subtle.sign('HMAC', key, Buffer.from(content));
  assert.equal(headers['webhook-signature'], `v1,${Buffer.from(signature).toString('base64')}`);
}
