import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Binaries, findBinaries } from '../../lib/audio/ffmpeg/binaries.ts';
import { binaries } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Every folder of the machine's own PATH. */
const PATH = process.env.PATH ?? '';

describe('The programs that conversions run', () => {
  const folder = temporaryFolder();

  /** A folder with a program in it, to be put on PATH. */
  const folderWith = async (name: string, script: string): Promise<string> => {
    const place = join(folder(), `${name}-${Math.random()}`);
    await mkdir(place);
    await writeFile(join(place, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return place;
  };
  const find = (path: string, ffprobePath?: string): Promise<Binaries> =>
    findBinaries({ ffmpegPath: process.env.FFMPEG_PATH, ffprobePath, path, fallback: true });
  const ffprobeOf = (year: number) =>
    folderWith(
      'ffprobe',
      `echo 'ffprobe version of-${year} Copyright (c) 2007-${year} the FFmpeg developers'`,
    );

  it('are the newest that there are, wherever on PATH they stand and whatever came with npm', async () => {
    const [old, newer, silent] = await Promise.all([
      ffprobeOf(2011),
      ffprobeOf(2999),
      folderWith('ffprobe', `echo 'ffprobe version unknown'`),
    ]);
    const { ffprobe } = await find([silent, old, PATH, newer].join(':'));
    assert.deepEqual([ffprobe.path, ffprobe.year], [join(newer, 'ffprobe'), 2999]);
    const { ffprobe: usual } = await find([silent, old, PATH].join(':'));
    assert.deepEqual(usual, (await binaries()).ffprobe);
  });

  it('are the ones that are named, however old', async () => {
    const [old, newer] = await Promise.all([ffprobeOf(2011), ffprobeOf(2999)]);
    const { ffprobe } = await find([newer, PATH].join(':'), join(old, 'ffprobe'));
    assert.equal(ffprobe.path, join(old, 'ffprobe'));
  });

  it('come with a warning for each of what limits them that is missing or does not work', async () => {
    const { ffmpeg } = await binaries();
    const named = { ffmpegPath: ffmpeg.path, ffprobePath: undefined, fallback: true };
    const { sandbox, warnings } = await findBinaries({ ...named, path: folder() });
    assert.deepEqual([sandbox.prlimit, sandbox.setpriv], [undefined, undefined]);
    assert.match(warnings.join('\n'), /^prlimit was not found: .*\nsetpriv was not found: /);
    const places = await Promise.all([
      folderWith(
        'prlimit',
        'echo "prlimit: failed to set the AS resource limit: Operation not permitted" >&2; exit 1',
      ),
      folderWith('setpriv', 'echo "setpriv: unrecognized option: pdeathsig" >&2; exit 1'),
    ]);
    const other = await findBinaries({ ...named, path: places.join(':') });
    assert.deepEqual([other.sandbox.prlimit, other.sandbox.setpriv], [undefined, undefined]);
    assert.match(other.warnings[0] ?? '', /^prlimit does not work here \(.*Operation not permitted\): /);
    assert.match(other.warnings[1] ?? '', /^setpriv does not work here \(.*pdeathsig\): /);
    assert.equal(other.warnings.length, 2);
  });
});
