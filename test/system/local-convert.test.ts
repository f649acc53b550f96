import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { makeTone } from '../support/audio.ts';
import { tonemill } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

describe('tonemill convert --local', function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  let tone: Buffer;
  before(async () => {
    const path = join(process.cwd(), '.build', 'tone.wav');
    await mkdir(dirname(path), { recursive: true });
    await makeTone(path, 1, '-metadata', 'artist=AC/DC', '-metadata', 'title=..', '-metadata', 'track=3/9');
    tone = await readFile(path);
  });
  const put = async (...paths: string[]) => {
    for (const path of paths) {
      await mkdir(dirname(join(folder(), path)), { recursive: true });
      await writeFile(join(folder(), path), tone);
    }
  };
  const convert = (args: readonly string[], more: Partial<Parameters<typeof tonemill>[1]> = {}) =>
    tonemill(['convert', '--local', ...args], { cwd: folder(), ...more });
  const files = async (path: string) => {
    const entries = await readdir(join(folder(), path), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder(), path).length + 1))
      .sort();
  };

  it('makes one archive of parts, by a CUE file in Latin-1', async () => {
    await put('disc.wav');
    const tracks = [1, 2].map(
      (number) =>
        `TRACK 0${number} AUDIO\r\n TITLE "Señal ${number}"\r\n INDEX 01 00:00:${(number - 1) * 40}\r\n`,
    );
    const sheet = `FILE "../disc.wav" WAVE\r\n${tracks.join('').replaceAll(':0\r', ':00\r')}`;
    await writeFile(join(folder(), 'disc.cue'), Buffer.from(sheet, 'latin1'));
    const made = await convert(['disc.wav', '--to', 'flac', '--option', 'split.cue=@disc.cue']);
    assert.equal(made.code, 0, made.stderr);
    const archive = await readFile(join(folder(), 'disc.zip'));
    for (const name of ['01 Señal 1.flac', '02 Señal 2.flac']) assert.ok(archive.includes(name), name);
    const planned = await convert([
      'disc.wav',
      '--to',
      'wav',
      '--option',
      'split.every=0.4',
      '--dry-run',
      '--force',
    ]);
    assert.match(planned.stdout, /3 parts/);
    const lost = await convert(['disc.wav', '--to', 'flac', '--option', 'split.cue=@none.cue']);
    assert.equal(lost.code, 2);
    assert.match(lost.stderr, /none\.cue cannot be read/);
  });

  it('keeps folders and time stamps, numbers equal names, and finds what is done', async () => {
    await put('in/a.wav', 'in/B/b.wav', 'in/.hidden/c.wav', 'in/B/same.wav', 'in/B/same.w64.wav');
    await cp(join(folder(), 'in/a.wav'), join(folder(), 'in/a.wave'));
    await writeFile(join(folder(), 'in/notes.txt'), 'not audio');
    await symlink('..', join(folder(), 'in/B/circle'));
    const time = new Date('2020-01-02T03:04:05Z');
    await utimes(join(folder(), 'in/a.wav'), time, time);
    const first = await convert(['in', '--to', 'flac', '--out', 'out', '--playlist']);
    assert.deepEqual(
      [first.code, first.stderr.match(/\d+ converted/)?.[0]],
      [0, '5 converted'],
      first.stderr,
    );
    assert.deepEqual(await files('out'), [
      'B/b.flac',
      'B/same.flac',
      'B/same.w64.flac',
      'a (2).flac',
      'a.flac',
      'playlist.m3u8',
    ]);
    assert.equal((await stat(join(folder(), 'out/a.flac'))).mtimeMs, time.getTime());
    const playlist = await readFile(join(folder(), 'out/playlist.m3u8'), 'utf8');
    assert.match(playlist, /^#EXTM3U\n#EXTINF:1,b\nB\/b\.flac\n/);
    assert.ok(!first.stdout.includes('\u001b'));
    const again = await convert(['in', '--to', 'flac', '--out', 'out', '--json']);
    const ends = again.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(ends.map(({ status = 'end' }) => status).sort(), ['end', ...Array(5).fill('skipped')]);
    assert.equal(again.code, 0);
  });

  it('names results by tags that never leave the folder, and refuses templates that do', async () => {
    await put('a.wav');
    const { code, stderr } = await convert([
      'a.wav',
      '--to',
      'mp3',
      '--out',
      'out',
      '--name',
      '{artist}/{album}/{track} {title}',
    ]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await files('out'), ['AC_DC/Unknown album/03.mp3']);
    const refused = await convert(['a.wav', '--to', 'mp3', '--out', 'out', '--name', '../{title}']);
    assert.deepEqual([refused.code, refused.stdout], [2, '']);
    assert.match(refused.stderr, /^--name: /);
  });

  it('goes on after files that are no audio, cannot be read or are gone, and tells control characters', async () => {
    await put('in/good.wav');
    await put(`in/evil\n\u001b[31m\u202e.wav`);
    await writeFile(join(folder(), 'in/bad.mp3'), 'no audio at all');
    await symlink('nowhere', join(folder(), 'in/dangling.wav'));
    const { code, stdout, stderr } = await convert(['in', 'gone.wav', '--to', 'wav', '--out', 'out']);
    assert.equal(code, 1);
    for (const control of ['\u001b', '\u202e']) assert.ok(!(stdout + stderr).includes(control));
    assert.match(stdout, /evil\\u000a\\u001b\[31m\\u202e\.wav -> out\/in\/evil__\[31m_\.wav/);
    assert.match(stderr, /^failed {5}in\/bad\.mp3: The file is not audio/m);
    assert.match(stderr, /^failed {5}gone\.wav: There is no such file\./m);
    assert.match(stderr, /^2 converted, 2 failed/m);
  });

  it('reads standard input and writes standard output', async () => {
    const { code, stdout, stderr } = await convert(['-', '--to', 'flac'], { input: tone });
    assert.deepEqual([code, stdout.slice(0, 4), stderr], [0, 'fLaC', '']);
  });

  it('replaces results only by --force, never an original, and does nothing by --dry-run', async () => {
    await put('song.wav');
    await writeFile(join(folder(), 'song.flac'), 'mine');
    const kept = await convert(['song.wav', '--to', 'flac']);
    assert.match(kept.stdout, /^skipped {4}song\.wav: song\.flac is there already.* --force replaces it\.$/m);
    const plan = await convert(['song.wav', '--to', 'flac', '--force', '--dry-run']);
    assert.match(plan.stdout, /^planned {4}song\.wav -> song\.flac$/m);
    assert.equal(await readFile(join(folder(), 'song.flac'), 'utf8'), 'mine');
    await convert(['song.wav', '--to', 'flac', '--force']);
    assert.equal((await readFile(join(folder(), 'song.flac'))).toString('latin1', 0, 4), 'fLaC');
    const self = await convert(['song.wav', '--to', 'wav', '--force']);
    assert.match(self.stdout, /would replace its original/);
    assert.deepEqual(await readFile(join(folder(), 'song.wav')), tone);
  });

  it('ends with its own codes for wrong usage and for a disk that takes no file', async () => {
    await put('a.wav');
    const codes = async (...args: string[]) => {
      const { code, stderr } = await convert(args);
      return [code, stderr.split('\n')[0]];
    };
    assert.equal((await codes('a.wav'))[0], 2);
    assert.match(
      String((await codes('a.wav', '--to', 'mp9'))[1]),
      /"mp9" is no format\. Expected one of mp3, /,
    );
    assert.match(
      String((await codes('a.wav', '--to', 'mp3', '--option', 'bitrate=1'))[1]),
      /options\.bitrate: expected a whole number of 8000/,
    );
    const unfit = await convert(['a.wav', '--to', 'opus', '--option', 'fit.maxBytes=1000']);
    assert.equal(unfit.code, 1);
    assert.match(unfit.stdout + unfit.stderr, /1 s in opus need fit\.maxBytes of at least \d+ /);
    const [code, sentence] = await codes('a.wav', '--to', 'mp3', '--out', '/proc/none/out');
    assert.deepEqual([code, sentence], [5, '0 converted.']);
  });

  it('says that a file is larger than the system allows, and leaves no part of it', async function () {
    if (spawnSync('prlimit', ['--version']).status !== 0) return this.skip();
    await put('a.wav');
    const main = join(process.cwd(), 'lib/cli/main.ts');
    const args = [
      '--fsize=20000',
      process.execPath,
      main,
      'convert',
      '--local',
      'a.wav',
      '--to',
      'w64',
      '--out',
      'out',
    ];
    const env = { PATH: process.env.PATH };
    const { status, stderr } = spawnSync('prlimit', args, { cwd: folder(), env, encoding: 'utf8' });
    assert.deepEqual(
      [status, stderr],
      [
        5,
        '0 converted.\nThe file is larger than the system allows here (see ulimit -f). Name another folder by --out.\n',
      ],
    );
    assert.deepEqual(await files('out'), []);
  });

  it('says that a disk is full, and keeps no result whose end is missing', async function () {
    const disk = join(folder(), 'disk');
    await mkdir(disk);
    // The last bytes of a short result are written when ffmpeg ends: version 5 then ends as if all were well.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk]).status !== 0)
      return this.skip();
    try {
      await makeTone(join(folder(), 'long.wav'), 20);
      await writeFile(join(disk, 'full'), Buffer.alloc(250_000));
      for (const format of ['flac', 'mp3', 'm4a', 'wav']) {
        const { code, stderr } = await convert(['long.wav', '--to', format, '--out', 'disk']);
        assert.deepEqual([code, await files('disk')], [5, ['full']], `${format}: ${stderr}`);
        assert.match(stderr, /^0 converted\.\nThe disk is full\. /);
      }
    } finally {
      spawnSync('umount', [disk]);
    }
  });

  it('says that a disk takes no standard output', async () => {
    await put('a.wav');
    const main = join(process.cwd(), 'lib/cli/main.ts');
    for (const command of ['formats', 'convert --local - --to wav < a.wav']) {
      const line = `exec "$1" "$2" ${command} > /dev/full`;
      const { status, stderr } = spawnSync('sh', ['-c', line, 'sh', process.execPath, main], {
        ...{ cwd: folder(), env: { PATH: process.env.PATH }, encoding: 'utf8' },
      });
      assert.deepEqual([status, stderr.split('.')[0]], [5, 'The disk is full'], command);
    }
  });

  it('ends in order when the reader of its output is gone', async () => {
    await put(...Array.from({ length: 6 }, (_, index) => `in/${index}.wav`));
    const { code, stderr } = await convert(['in', '--to', 'flac', '--out', 'out', '--jobs', '1'], {
      onOutput: (_, child) => child.stdout?.destroy(),
    });
    assert.equal(code, 141, stderr);
    const made = await files('out');
    assert.ok(made.length < 6 && made.every((name) => /^\d\.flac$/.test(name)), made.join());
  });

  for (const [signal, times, code] of [
    ['SIGTERM', 1, 143],
    ['SIGINT', 2, 130],
  ] as const)
    it(`leaves no partial file when ${times} ${signal} ends it, and goes on later`, async () => {
      await put('in/a.wav');
      await makeTone(join(folder(), 'in', 'b.wav'), 600);
      const partial = join(folder(), 'out', '.tonemill-partial');
      const args = ['in', '--to', 'opus', '--out', 'out', '--jobs', '1'];
      const ended = await convert(args, {
        onStart: async (child) => {
          while (!existsSync(join(folder(), 'out', 'a.opus')) || !existsSync(partial)) await setTimeout(5);
          for (let count = 0; count < times; count += 1) child.kill(signal);
        },
      });
      assert.equal(ended.code, code, ended.stderr);
      assert.deepEqual(await files('out'), ['a.opus']);
      assert.deepEqual((await convert([...args, '--dry-run'])).stdout.match(/^\w+/gm), [
        'skipped',
        'planned',
      ]);
    });

  it('converts files that come while it watches, and ends by Ctrl-C', async () => {
    await put('in/a.wav');
    const { code, stdout } = await convert(['in', '--to', 'flac', '--out', 'out', '--watch'], {
      onOutput: (text, child) => {
        if (text.includes('in/late.wav -> out/late.flac')) child.kill('SIGINT');
        else if (text.includes('in/a.wav -> out/a.flac')) void put('in/late.wav');
      },
    });
    assert.deepEqual([code, stdout.match(/^converted/gm)?.length], [0, 2]);
  });

  it('has a probe beside it that names a file that is none, also before a service is asked', async () => {
    const nowhere = { TONEMILL_URL: 'http://127.0.0.1:1', TONEMILL_KEY: 'tm_none' };
    for (const local of [['--local'], []])
      for (const [path, reason] of [
        ['gone.wav', 'There is no such file.'],
        ['.', 'It is a folder; expected a file.'],
      ]) {
        const { code, stderr } = await tonemill(['probe', ...local, String(path)], {
          cwd: folder(),
          env: nowhere,
        });
        assert.deepEqual([code, stderr], [1, `${path}: ${reason}\n`]);
      }
  });

  it('refuses a folder that this user may not write to', async function () {
    if (process.getuid?.() === 0) return this.skip();
    await put('a.wav');
    await mkdir(join(folder(), 'out'));
    await chmod(join(folder(), 'out'), 0o500);
    const { code, stderr } = await convert(['a.wav', '--to', 'mp3', '--out', 'out']);
    assert.equal(code, 5);
    assert.match(stderr, /The folder .*out cannot be written to/);
  });
});
