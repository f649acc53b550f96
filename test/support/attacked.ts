import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { MEMORY } from '../../lib/audio/ffmpeg/resource-limits.ts';
import { createChildren } from '../../lib/process/limited-process.ts';
import { findSandbox, LEVELS } from '../../lib/process/sandbox.ts';
import { createSpawner } from '../../lib/process/spawner.ts';

/**
 * Runs the program of attacks at each level of the sandbox, as the user of this process, and prints what succeeded as JSON; null for
 * a level that this machine lacks. `nothing` is a start without a sandbox. An own process, so that a test can run it as another user.
 *
 *   node test/support/attacked.ts FOLDER CACHE PATH
 *
 * FOLDER belongs to this user. Beside it, there are `attacks`, `setuid` and the folder `anywhere`.
 */
const [, , folder = '', cache = '', path = ''] = process.argv;
const run = promisify(execFile);
const above = join(folder, '..');
const attacks = join(above, 'attacks');

/** Bytes that a file may have. */
const LIMIT = 1024 * 1024;

const names = { data: join(folder, 'data'), other: join(folder, 'other'), work: join(folder, 'work') };
for (const name of Object.values(names)) await mkdir(name, { mode: 0o700 });
const [secret, other] = [join(names.data, 'jwt-keys.json'), join(names.other, 'original')];
const [input, output, cwd] = ['input', 'output', 'empty'].map((name) => join(names.work, name));
for (const file of [secret, other, input]) await writeFile(file ?? '', 'content', { mode: 0o600 });
await mkdir(cwd ?? '', { mode: 0o700 });

const socket = join(folder, 'socket');
const abstract = `tonemill-attacked-${process.pid}`;
const [tcp, unix, hidden] = [createServer(), createServer(), createServer()];
const udp = createSocket('udp4').bind(0, '127.0.0.1');
let datagrams = 0;
udp.on('message', () => datagrams++);
await Promise.all([
  once(tcp.listen(0, '127.0.0.1'), 'listening'),
  once(unix.listen(socket), 'listening'),
  once(hidden.listen(`\0${abstract}`), 'listening'),
  once(udp, 'listening'),
]);
const address = tcp.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

const args = [
  ...[
    input ?? '',
    output ?? '',
    secret,
    other,
    join(above, 'anywhere'),
    process.pid,
    port,
    udp.address().port,
  ],
  ...[socket, abstract, LIMIT, join(above, 'setuid')],
].map(String);

const results: Record<string, string[] | null> = {};
await writeFile(output ?? '', '');
results.nothing = await lines((await run(attacks, args, { cwd })).stdout);

for (const level of LEVELS) {
  const sandbox = await findSandbox({ path, memory: MEMORY, folder: cache, levels: [level] });
  const children = createChildren(createSpawner(), sandbox);
  let found = '';
  const read = async (pipe: Parameters<typeof text>[0]) => {
    found = await text(pipe);
  };
  const command = {
    program: attacks,
    args,
    cwd: cwd ?? '',
    path,
    reads: [input ?? ''],
    writes: [output ?? ''],
    limits: { memory: MEMORY, cpu: 60, file: LIMIT },
    signal: new AbortController().signal,
    readers: [read],
  };
  if (sandbox.level !== level) results[level] = null;
  else {
    const { code, stderr } = await children.run(command);
    if (code !== 0) throw new Error(`${level}: ${code} ${stderr}`);
    results[level] = await lines(found);
  }
}
process.stdout.write(JSON.stringify(results));
process.exit();

/** A datagram may go to another network's loopback, so that only its arrival counts. */
async function lines(output: string): Promise<string[]> {
  for (const _ of [1, 2, 3]) await setImmediate();
  const arrived = datagrams > 0;
  datagrams = 0;
  return output.split('\n').filter((line) => line !== '' && (line !== 'send by UDP' || arrived));
}
