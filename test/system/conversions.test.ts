import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { removeCluster } from '../../lib/adapters/embedded-postgres/remove.ts';
import { type Format, possibleFormats } from '../../lib/audio/formats/formats.ts';
import { binaries, makeTone } from '../support/audio.ts';
import { withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { newUser, type User } from '../support/service.ts';

const run = promisify(execFile);

/** Seconds by which a result may be longer or shorter than its original. */
const TOLERANCE = 0.05;

describe('Local mode', function () {
  this.timeout(120_000);
  const folder = temporaryFolder(async () => {
    await program.end('SIGTERM');
    await removeCluster(join(folder(), 'data', 'postgres'));
  });
  let program: Program;
  let user: User;

  beforeEach(async () => {
    const { PATH, FFMPEG_PATH } = process.env;
    program = await startProgram({ PATH, FFMPEG_PATH, PORT: '0', TONEMILL_DATA: join(folder(), 'data') });
    user = await newUser(program.url, 1);
  });

  it('converts audio of every format to WAV and to another format, with the right codec and length', async () => {
    const { encoders, muxers } = await binaries();
    const made = possibleFormats(encoders, muxers);
    for (const [index, from] of made.entries()) {
      const name = `in.${from.extension}`;
      const original = join(folder(), name);
      await makeTone(original, 2, '-ac', '2', '-c:a', from.codec.encoders[0].name, '-f', from.muxer);
      const bytes = await readFile(original);
      const expected = await decodedSeconds(original);
      const wav = made.find(({ name }) => name === 'wav');
      await withEach([...new Set([wav, made[(index + 1) % made.length]])], async (to) => {
        assert.ok(to);
        const result = await converted({ name, bytes }, to);
        const pair = `${from.name} to ${to.name}`;
        const [{ codec: own }] = (to.name === 'mka' ? from : to).codec.encoders;
        assert.equal(await codecOf(result), own, pair);
        const seconds = await decodedSeconds(result);
        assert.ok(Math.abs(seconds - expected) < TOLERANCE, `${pair}: ${seconds} s of ${expected} s`);
      });
    }
  });

  async function converted(
    file: { name: string; bytes: Buffer },
    { name, extension }: Format,
  ): Promise<string> {
    const { id, state, error } = await user.convert(file, name);
    assert.equal(state, 'PROCESSED', `${file.name} to ${name}: ${error?.message}`);
    const path = join(folder(), `out.${extension}`);
    await writeFile(path, Buffer.from(await (await user.fetch(`/api/tasks/${id}/result`)).arrayBuffer()));
    return path;
  }
});

async function codecOf(path: string): Promise<string> {
  const { ffprobe } = await binaries();
  const show = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0'];
  return (await run(ffprobe.path, [...show, path])).stdout.trim();
}

/** Seconds of sound that a player would hear; headers may state something else. */
async function decodedSeconds(path: string): Promise<number> {
  const { ffmpeg } = await binaries();
  const raw = ['-map', '0:a:0', '-ac', '1', '-ar', '48000', '-f', 's16le', 'pipe:1'];
  const options = { encoding: 'buffer', maxBuffer: 2 ** 24 } as const;
  const { stdout } = await run(ffmpeg.path, ['-v', 'error', '-i', path, ...raw], options);
  return stdout.length / 2 / 48_000;
}
