import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { createProgram } from '../../lib/cli/program.ts';
import { EXIT } from '../../lib/cli/terminal/command-error.ts';
import { makeTone } from '../support/audio.ts';
import { PAGE_OF_COMMANDS, withCommands } from '../support/commands.ts';
import { temporaryFolder } from '../support/folders.ts';
import { pageText, shellBlocks } from '../support/pages.ts';
import { findProgram } from '../support/programs.ts';
import { testService } from '../support/service.ts';

const run = promisify(execFile);

describe('Pages about the command line', function () {
  this.timeout(60_000);
  const service = testService();
  const folder = temporaryFolder();

  /** Runs lines with `tonemill` on PATH, as `npm link` puts it there. */
  const bash = async (lines: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const programs = join(folder(), '.programs');
    await mkdir(programs);
    await symlink(join(process.cwd(), 'lib', 'cli', 'tonemill.cjs'), join(programs, 'tonemill'));
    const PATH = [programs, process.env.PATH].join(delimiter);
    const own = { XDG_CONFIG_HOME: join(folder(), '.config'), XDG_STATE_HOME: join(folder(), '.state') };
    const { FFMPEG_PATH } = process.env;
    const script = ['set -euo pipefail', ...lines].join('\n');
    const env = { PATH, FFMPEG_PATH, ...own, ...more };
    return (await run('bash', ['-c', script], { cwd: folder(), env })).stdout;
  };
  const files = async (path: string) =>
    (await readdir(join(folder(), path), { recursive: true })).filter((name) => /\.\w+$/.test(name)).sort();

  before(async function () {
    if (!(await findProgram('bash'))) this.skip();
  });

  it('show commands of this machine that work', async () => {
    await makeTone(join(folder(), 'song.wav'), 1, '-metadata', 'artist=Ann', '-metadata', 'title=Waltz');
    await mkdir(join(folder(), 'Music', 'A'), { recursive: true });
    await makeTone(join(folder(), 'Music', 'A', 'b.wav'), 1);
    const lines = [
      ...shellBlocks('README.md', 'In a terminal').flat(),
      ...shellBlocks('docs/cli.md', 'On this machine').flat(),
    ];
    const output = await bash(lines);
    assert.match(output, /^converted {2}song\.wav -> song\.mp3$/m);
    assert.ok((await files('phone')).includes(join('Ann', 'Waltz.flac')));
    assert.deepEqual(await files('Phone'), ['A/b.opus', 'playlist.m3u8']);
  });

  it('show commands of a service that work', async () => {
    await mkdir(join(folder(), 'Music'));
    await makeTone(
      join(folder(), 'Music', 'b.wav'),
      1,
      '-metadata',
      'artist=Ann',
      '-metadata',
      'album=Songs',
    );
    const user = await service.newUser();
    const made = await user.fetch('/api/auth/keys', {
      method: 'POST',
      body: JSON.stringify({ name: 'page', scopes: ['tasks:read', 'tasks:write'] }),
      headers: { 'Content-Type': 'application/json' },
    });
    const { key } = z.object({ key: z.string() }).parse(await made.json());
    const env = { TONEMILL_URL: service.url(), TONEMILL_KEY: key };
    assert.match(
      await bash(shellBlocks('docs/cli.md', 'By a service').flat(), env),
      /PROCESSED +mp3 +b\.wav/,
    );
    assert.deepEqual(await files('Car'), ['Ann/Songs/b.mp3']);
  });

  it('have every command and option as --help has them: node test/support/commands.ts writes them', async () => {
    const text = await readFile(PAGE_OF_COMMANDS, 'utf8');
    assert.equal(text, withCommands(text));
  });

  it('have every exit code, as --help has', () => {
    const [, section = ''] = pageText('docs/cli.md').split('## Exit codes\n');
    const listed = [...section.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes = '']) => codes.split(', '));
    assert.deepEqual(
      listed.map(Number).toSorted((a, b) => a - b),
      [0, ...Object.values(EXIT)].toSorted((a, b) => a - b),
    );
    let help = '';
    createProgram()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    for (const code of Object.values(EXIT)) assert.match(help, new RegExp(`\\b${code} {2}`));
  });
});

describe('tonemill completion', () => {
  const folder = temporaryFolder();
  const script = async (shell: string) => {
    const main = join(process.cwd(), 'lib', 'cli', 'main.ts');
    const { stdout } = await run(process.execPath, [main, 'completion', shell]);
    const path = join(folder(), 'script');
    await writeFile(path, stdout);
    return path;
  };

  it('completes commands, options and their values in bash', async function () {
    if (!(await findProgram('bash'))) return this.skip();
    const path = await script('bash');
    const complete = async (...words: string[]) => {
      const code = `source ${path}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _tonemill; echo "\${COMPREPLY[@]}"`;
      return (await run('bash', ['--norc', '-c', code])).stdout.trim();
    };
    assert.equal(await complete('tonemill', 'conv'), 'convert');
    assert.equal(await complete('tonemill', 'convert', 'a.wav', '--pl'), '--playlist');
    assert.equal(await complete('tonemill', 'convert', '--to', 'fl'), 'flac');
    assert.equal(await complete('tonemill', 'presets', ''), 'list save rm help -h --help');
    assert.equal(await complete('tonemill', 'admin', 'groups', 'c'), 'create change');
    assert.equal(await complete('tonemill', 'ls', '--state', 'F'), 'FAILED');
    assert.equal(await complete('tonemill', 'convert', '--out', ''), '');
  });

  for (const shell of ['zsh', 'fish'])
    it(`is a script that ${shell} reads`, async function () {
      if (!(await findProgram(shell))) return this.skip();
      const path = await script(shell);
      if (shell === 'zsh') {
        const code = `compdef() { :; }; source ${path}; words=(tonemill convert --to ''); CURRENT=4; compadd() { shift; print -r -- "$@"; }; _tonemill`;
        assert.match((await run('zsh', ['-f', '-c', code])).stdout, /\bflac\b/);
      } else {
        const code = `source ${path}; complete -C 'tonemill convert --to fl'; complete -C 'tonemill key'`;
        assert.match((await run('fish', ['--no-config', '-c', code])).stdout, /^flac\t.*\nkeys\t/m);
      }
    });
});
