import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEngine } from '../../lib/app/open-engine.ts';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import { type Binaries, findBinaries } from '../../lib/audio/ffmpeg/binaries.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import { loadConfig } from '../../lib/config/config.ts';
import type { Spawner } from '../../lib/process/spawner.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { binaries, makeTone, SANDBOX } from '../support/audio.ts';
import { engineParts } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

/** Every folder of the machine's own PATH. */
const PATH = process.env.PATH ?? '';

/** Arguments that make a second input the cover of a FLAC file. */
const AS_COVER = [
  '-map',
  '0:a',
  '-map',
  '1:v',
  '-frames:v',
  '1',
  '-c:v',
  'mjpeg',
  '-disposition:v',
  'attached_pic',
];

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
    findBinaries({
      ffmpegPath: process.env.FFMPEG_PATH,
      ffprobePath,
      path,
      fallback: true,
      sandbox: SANDBOX,
    });
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

  it('read a result with the static ffprobe, but for a picture in it, and if it fails with ffmpeg', async () => {
    const parts = await engineParts();
    const place = await folderWith('broken', 'exit 1');
    const own = join(place, 'ffprobe');
    await symlink(parts.binaries.ffprobe.path, own);
    const [plain, pictured] = [join(folder(), 'plain.flac'), join(folder(), 'pictured.flac')];
    await makeTone(plain, 1);
    await makeTone(pictured, 1, '-f', 'lavfi', '-i', 'color=red:size=32x32:duration=0.04', ...AS_COVER);
    const launchedFor = async (input: string, resultProbe: string) => {
      const launched: string[] = [];
      const start: Spawner['start'] = (task) => {
        launched.push(task.program, ...task.args);
        return parts.spawner.start(task);
      };
      const resultFfprobe = { ...parts.binaries.ffprobe, path: resultProbe };
      const engine = createEngine({
        ...parts,
        binaries: { ...parts.binaries, resultFfprobe },
        spawner: { ...parts.spawner, start },
      });
      const format = FORMATS.find(({ name }) => name === 'm4a');
      assert.ok(format);
      const { signal } = new AbortController();
      const probed = await engine.probe(input, signal);
      launched.length = 0;
      const options = effectiveOptions(format, {});
      const output = join(folder(), `${Math.random()}.m4a`);
      await engine.convert({ input, output, probed, options, signal, onProgress: () => undefined });
      return launched;
    };
    assert.ok((await launchedFor(plain, own)).includes(own));
    assert.ok(!(await launchedFor(pictured, own)).includes(own));
    const both = await launchedFor(plain, join(place, 'broken'));
    assert.ok(both.includes(join(place, 'broken')) && both.includes('ffmetadata'), both.join(' '));
  });

  it('are refused with published holes where FFMPEG_FLOOR says so, but for a laptop', async () => {
    const old = await folderWith(
      'ffmpeg',
      "echo 'ffmpeg version 4.4 Copyright (c) 2000-2021 the FFmpeg developers'",
    );
    const env = {
      ...{ PATH, FFMPEG_PATH: join(old, 'ffmpeg'), FFMPEG_FLOOR: 'refuse', TONEMILL_DATA: folder() },
      ...{ DATABASE: 'url', DATABASE_URL: 'postgres://none' },
    };
    const expected = { code: 'misconfigured', message: /^FFMPEG_FLOOR is refuse\. .*CVE-2021-38291/ };
    await assert.rejects(openEngine(loadConfig(env, 'vm'), silentLog), expected);
    const engine = await openEngine(loadConfig(env, 'local'), silentLog);
    engine.killAll();
    assert.match(engine.binaries.holes.join('\n'), /CVE-2021-38291 in time stamps/);
  });

  it('come with a warning for each of what limits them that is missing or does not work', async () => {
    const { ffmpeg } = await binaries();
    const off = { ...SANDBOX, mode: 'off' } as const;
    const named = { ffmpegPath: ffmpeg.path, ffprobePath: undefined, fallback: true, sandbox: off };
    const { sandbox, warnings } = await findBinaries({ ...named, path: folder() });
    assert.deepEqual([sandbox.limitsResources, sandbox.endsWithParent, sandbox.parts], [false, false, []]);
    assert.match(warnings.join('\n'), /level limits\.\nprlimit was not found: .*\nsetpriv was not found: /);
    const places = await Promise.all([
      folderWith(
        'prlimit',
        'echo "prlimit: failed to set the AS resource limit: Operation not permitted" >&2; exit 1',
      ),
      folderWith('setpriv', 'echo "setpriv: unrecognized option: pdeathsig" >&2; exit 1'),
    ]);
    const other = await findBinaries({ ...named, path: places.join(':') });
    assert.deepEqual([other.sandbox.limitsResources, other.sandbox.endsWithParent], [false, false]);
    assert.match(other.warnings[1] ?? '', /^prlimit does not work here \(.*Operation not permitted\): /);
    assert.match(other.warnings[2] ?? '', /^setpriv does not work here \(.*pdeathsig\): /);
    assert.equal(other.warnings.length, 3);
  });
});
