import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AudioEngine } from '../../lib/audio/engine/engine.ts';
import { GUARDS, INPUT_KINDS } from '../../lib/audio/ffmpeg/allowed-inputs.ts';
import { probeArguments } from '../../lib/audio/ffmpeg/arguments.ts';
import { isFailure } from '../../lib/runtime/errors.ts';
import { binaries } from '../support/audio.ts';
import { type Canary, openCanary } from '../support/canary.ts';
import { CONTAINERS } from '../support/containers.ts';
import { convertFile, testEngine, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { hostileLists } from '../support/hostile-lists.ts';
import { INPUTS } from '../support/inputs.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** First bytes of containers that no program here writes, so that their demuxers read on. */
const SIGNATURES: Readonly<Record<string, string>> = {
  ...{
    tak: 'tBaK\x01\0\0\0',
    shn: 'ajkg\x02',
    vqf: 'TWIN97012000',
    brstm: 'RSTM\xfe\xff\x01\0',
    bfstm: 'CSTM\xff\xfe',
  },
  ...{
    xwma: 'RIFF\xff\0\0\0XWMAfmt ',
    acm: '\x97\x28\x03\x01',
    hca: 'HCA\0\x02\0',
    xa: 'XAI\0',
    oma: 'ea3\x03\0\0\0\0',
  },
  ...{
    ivr: '.R1M',
    nsv: 'NSVf',
    lxf: 'LEITCH\0',
    nuv: 'NuppelVideo\0',
    pva: 'AV\x01\0\x55',
    kux: 'KDK\0\0\0\0\0',
  },
  ...{
    dss: '\x02dss',
    wsd: '1bit',
    qcp: 'RIFF\xff\0\0\0QLCMfmt ',
    ilbc: '#!iLBC20\n',
    dtshd: 'DTSHDHDR',
    mpc: 'MP+\x07',
  },
  ...{
    mpc8: 'MPCKSH',
    aea: '\0\x08\0\0',
    asf: '\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c',
  },
};

const TIMEOUT = 20_000;

describe('A hostile file for every container that may be opened', function () {
  this.timeout(600_000);
  let canary: Canary;
  afterEach(() => canary.close());
  const folder = temporaryFolder();
  const { signal } = new AbortController();
  let baits: readonly string[];
  let lists: readonly string[];

  beforeEach(async () => {
    await Promise.all(['victim', 'attacker'].map((tenant) => mkdir(join(folder(), tenant))));
    const absolute = join(folder(), 'victim', 'song.mp3');
    canary = await openCanary(absolute);
    const relative = '../victim/song.mp3';
    const url = `http://${canary.host}/leak.mp3`;
    lists = [...hostileLists({ absolute, relative, url }).values()];
    const schemes = ['http', 'tcp', 'rtmp', 'rtsp', 'ftp'].map(
      (scheme) => `${scheme}://${canary.host}/leak.mp3`,
    );
    baits = [absolute, `file:${absolute}`, `concat:${absolute}`, relative, ...schemes];
  });

  const demuxers = INPUT_KINDS.flatMap((kind) => kind.demuxers);

  async function mustBeUntouched(what: string): Promise<void> {
    assert.equal(await canary.isOpened(), false, `${what} opens another file`);
    assert.equal(canary.connections(), 0, `${what} opens a connection`);
  }

  it('is seen by the canary if a program opens what the file names', async () => {
    const { ffmpeg } = await binaries();
    const path = join(folder(), 'attacker', 'x');
    await writeFile(path, `ffconcat version 1.0\nfile '../victim/song.mp3'\n`);
    const child = spawn(ffmpeg.path, [
      '-nostdin',
      '-f',
      'concat',
      '-safe',
      '0',
      '-i',
      path,
      '-f',
      'null',
      '-',
    ]);
    const ended = once(child, 'close');
    await until(() => canary.isOpened());
    child.kill('SIGKILL');
    await ended;
  });

  it('opens no other file and no address, whatever it names after its signature', async () => {
    const { ffprobe } = await binaries();
    await withEach(demuxers, async (demuxer) => {
      const signature = Buffer.from(SIGNATURES[demuxer] ?? '', 'latin1');
      const bodies = [
        lists.join('\n'),
        baits.join('\0'),
        Buffer.from(baits.join('\0'), 'utf16le').toString('latin1'),
      ];
      for (const [index, body] of bodies.entries()) {
        const path = join(folder(), 'attacker', `${demuxer}-${index}`);
        await writeFile(path, Buffer.concat([signature, Buffer.from(body, 'latin1')]));
        const args = probeArguments(path, { chapters: true });
        const forced = args.toSpliced(args.indexOf('-i'), 0, '-f', demuxer);
        assert.ok(GUARDS.every((guard) => forced.includes(guard)));
        const cwd = join(folder(), 'attacker');
        await run(ffprobe.path, forced, { cwd, timeout: TIMEOUT }).catch(() => undefined);
      }
    });
    await mustBeUntouched('a forced demuxer');
  });

  it('opens no other file and no address if a list has its signature or its name', async () => {
    const audio = await testEngine();
    await withEach(Object.entries(SIGNATURES), async ([demuxer, signature]) => {
      const path = join(folder(), 'attacker', `signed.${demuxer}`);
      await writeFile(path, Buffer.concat([Buffer.from(signature, 'latin1'), Buffer.from(lists.join('\n'))]));
      await mayFail(audio, path);
    });
    await mustBeUntouched('a signed list');
  });

  it('opens no other file and no address if such names stand anywhere in it', async () => {
    const audio = await testEngine();
    const makers = [...CONTAINERS, ...INPUTS];
    await withEach(makers, async ({ name, make }) => {
      const honest = join(folder(), `honest ${makers.findIndex((maker) => maker.name === name)}`);
      const extension =
        'extension' in make ? '' : (INPUTS.find((input) => input.name === name)?.extension ?? 'x');
      if (!(await make(`${honest}.${extension}`))) return;
      const bytes = await readFile(`${honest}.${extension}`);
      for (let round = 0; round < 4; round++) {
        const path = join(
          folder(),
          'attacker',
          `${makers.findIndex((maker) => maker.name === name)}-${round}`,
        );
        await writeFile(path, poisoned(bytes, baits, round));
        await mayFail(audio, path);
      }
    });
    await mustBeUntouched('a poisoned file');
  });

  /** Probes and converts; any failure of the file is right. */
  async function mayFail(audio: AudioEngine, path: string): Promise<void> {
    try {
      await audio.probe(path, signal);
      await convertFile(path, `${path}.out.wav`, 'wav', {}, { resultBytes: 1e8 });
    } catch (error) {
      if (!isFailure(error)) throw error;
    }
  }
});

/** Overwrites a file with names, at places that a round decides; half of them stand in its first kilobytes. */
function poisoned(bytes: Buffer, baits: readonly string[], round: number): Buffer {
  const result = Buffer.from(bytes);
  const encoding = round % 2 === 0 ? 'latin1' : 'utf16le';
  let state = round + 1;
  for (const [index, bait] of baits.entries()) {
    state = (state * 48_271) % 2_147_483_647;
    const range = index % 2 === 0 ? Math.min(4096, bytes.length) : bytes.length;
    Buffer.from(`${bait}\0`, encoding).copy(result, Math.max(12, state % range));
  }
  return result;
}
