import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { LEVELS } from '../../lib/process/sandbox.ts';

const run = promisify(execFile);

/** A user that no file here belongs to. */
const ORDINARY = 1234;

const FOUND = z.record(z.string(), z.array(z.string()).nullable());

/** Attacks that a test machine can make only as root, which alone can make a set-uid program. */
const OF_ROOT = 'run a set-uid program';

/** What ffmpeg needs, and each level leaves it. */
const OWN = ['read its input', 'write its output'];

const isRoot = process.getuid?.() === 0;
const USERS = isRoot ? (['root', 'an ordinary user'] as const) : (['an ordinary user'] as const);

describe('The sandbox:', function () {
  this.timeout(120_000);
  let folder: string;
  const found = new Map<string, z.output<typeof FOUND>>();

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'tonemill-sandbox-'));
    if (!(await isThere('cc'))) return this.skip();
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'anywhere'));
    await chmod(join(folder, 'anywhere'), 0o1777);
    const attacks = join(folder, 'attacks');
    await run('cc', ['-O2', '-o', attacks, 'test/support/attacks.c']);
    await copyFile(attacks, join(folder, 'setuid'));
    if (isRoot) await chmod(join(folder, 'setuid'), 0o4755);
    for (const user of USERS) found.set(user, await attackedAs(user));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function attackedAs(user: (typeof USERS)[number]): Promise<z.output<typeof FOUND>> {
    const own = join(folder, user === 'root' ? 'of-root' : 'of-user');
    await mkdir(own);
    const command = [
      await realpath(process.execPath),
      'test/support/attacked.ts',
      own,
      join(own, 'cache'),
      process.env.PATH ?? '',
    ];
    const other = isRoot && user !== 'root';
    if (other) await chown(own, ORDINARY, ORDINARY);
    const as = ['--reuid', String(ORDINARY), '--regid', String(ORDINARY), '--clear-groups'];
    const [program = '', ...args] = other ? ['setpriv', ...as, ...command] : command;
    return FOUND.parse(JSON.parse((await run(program, args)).stdout));
  }

  for (const user of USERS)
    for (const level of [...LEVELS, 'nothing'] as const) {
      it(`${level} stops a program of ${user} from what docs/security.md says, and from nothing else`, async function () {
        const open = found.get(user)?.[level];
        if (!open) return this.skip();
        const table = attacksOf(await readFile('docs/security.md', 'utf8'));
        const column = table.map(({ attack, cells }) => ({ attack, cell: cells[level] ?? '' }));
        const expected = column.filter(({ attack, cell }) => {
          if (attack === OF_ROOT && !isRoot) return false;
          return cell === 'open' || (cell === 'root: stopped' && user !== 'root');
        });
        const reached = open.filter((attack) => !OWN.includes(attack));
        assert.deepEqual(reached.toSorted(), expected.map(({ attack }) => attack).toSorted());
        assert.deepEqual(
          open.filter((attack) => OWN.includes(attack)),
          OWN,
        );
      });
    }
});

/** Rows of the table of attacks, with a cell for each level. */
function attacksOf(page: string): { attack: string; cells: Record<string, string> }[] {
  const [, after = ''] = page.split('<!-- attacks -->');
  const lines = after.trim().split('\n\n')[0]?.split('\n') ?? [];
  const [heading = [], , ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
  return rows.map(([attack = '', ...cells]) => ({
    attack,
    cells: Object.fromEntries(cells.map((cell, index) => [heading[index + 1], cell])),
  }));
}

async function isThere(program: string): Promise<boolean> {
  return run(program, ['--version']).then(
    () => true,
    () => false,
  );
}
