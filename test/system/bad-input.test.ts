import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { binaries, makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Part, PROBLEM, TASK, testService, type User } from '../support/service.ts';

const run = promisify(execFile);

const FORM = 'multipart/form-data; boundary=b';

describe('POST /api/tasks', () => {
  const service = testService({ MAX_UPLOAD_BYTES: '1000000' });
  const folder = temporaryFolder();
  let user: User;
  let tone: Buffer;

  beforeEach(async () => {
    user = await service.newUser();
    await makeTone(join(folder(), 'tone.wav'), 1);
    tone = await readFile(join(folder(), 'tone.wav'));
  });

  const make = async (name: string, ...args: string[]) => {
    const { ffmpeg } = await binaries();
    await run(ffmpeg.path, ['-v', 'error', ...args, join(folder(), name)]);
    return readFile(join(folder(), name));
  };

  /** The answer is a problem with this status and code and no stack; the server is up, and nothing is left behind. */
  const refuses = async (answer: Response, status: number, code: string) => {
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    assert.equal(PROBLEM.parse(JSON.parse(text)).code, code);
    assert.doesNotMatch(text, /\bat .+:\d+|node_modules|\/lib\/|tonemill-test/);
    assert.equal((await fetch(`${service.url()}/health`)).status, 200);
    assert.deepEqual(await user.tasks(), []);
  };
  const leavesNoFile = async () => assert.deepEqual(await service.files(), []);

  const names: [string, string, 200 | 400 | 413][] = [
    ['leads upwards', '../../x.mp3', 200],
    ['has quotes', '"a" \'b\'.mp3', 200],
    ['is emoji', '🎵.mp3', 200],
    ['has a newline', 'a\nb.mp3', 400],
    ['has 300 characters', `${'x'.repeat(296)}.mp3`, 413],
    ['is only dots', '..', 400],
    ['has NUL', 'a\0.mp3', 400],
  ];
  for (const [what, filename, status] of names) {
    it(`answers ${status} for a name that ${what}`, async () => {
      const answer = await user.upload({ audio: { name: 'a.mp3', bytes: tone }, filename, newFormat: 'wav' });
      if (status !== 200) {
        await refuses(answer, status, status === 413 ? 'too_large' : 'invalid_request');
        return leavesNoFile();
      }
      const { task } = z.object({ task: TASK }).parse(await answer.json());
      assert.equal(task.name, filename.split('/').at(-1));
      assert.equal((await user.settled(task.id)).state, 'PROCESSED');
      await user.fetch(`/api/tasks/${task.id}`, { method: 'DELETE' });
      await leavesNoFile();
    });
  }

  const forms: [string, (bytes: Buffer) => Record<string, Part>, number, string][] = [
    ['an empty file', () => ({ audio: file(Buffer.alloc(0)), newFormat: 'wav' }), 400, 'invalid_request'],
    ['no file', () => ({ newFormat: 'wav' }), 400, 'invalid_request'],
    [
      'two files',
      (bytes) => ({ audio: file(bytes), other: file(bytes), newFormat: 'wav' }),
      400,
      'invalid_request',
    ],
    ['a text in place of the file', () => ({ audio: 'text', newFormat: 'wav' }), 400, 'invalid_request'],
    ['no format', (bytes) => ({ audio: file(bytes) }), 400, 'invalid_request'],
    ['an unknown format', (bytes) => ({ audio: file(bytes), newFormat: 'mp9' }), 422, 'unsupported_format'],
    [
      'too large a file',
      () => ({ audio: file(Buffer.alloc(1_000_001)), newFormat: 'wav' }),
      413,
      'too_large',
    ],
    ['too large a field', (b) => ({ newFormat: 'x'.repeat(70_000), audio: file(b) }), 413, 'too_large'],
  ];
  for (const [what, parts, status, code] of forms) {
    it(`answers ${status} for a form with ${what}`, async () => {
      await refuses(await user.upload(parts(tone)), status, code);
      await leavesNoFile();
    });
  }

  const bodies: [string, string, string, number, string][] = [
    ['a form without a boundary', 'multipart/form-data', 'x', 400, 'invalid_request'],
    ['a form that is none', FORM, 'x', 400, 'invalid_request'],
    ['an empty form', FORM, '--b--\r\n', 400, 'invalid_request'],
    ['plain text', 'text/plain', 'x', 415, 'unsupported_media_type'],
    ['an empty body', FORM, '', 400, 'upload_incomplete'],
  ];
  for (const [what, type, body, status, code] of bodies) {
    it(`answers ${status} for ${what}`, async () => {
      const headers = { 'Content-Type': type };
      await refuses(await user.fetch('/api/tasks', { method: 'POST', headers, body }), status, code);
      await leavesNoFile();
    });
  }

  it('answers 400 for a form that ends in the middle of its file', async () => {
    const body = Buffer.concat([Buffer.from(PART), tone.subarray(0, 5000)]);
    const headers = { 'Content-Type': FORM };
    await refuses(
      await user.fetch('/api/tasks', { method: 'POST', headers, body }),
      400,
      'upload_incomplete',
    );
    await leavesNoFile();
  });

  it('keeps nothing of an upload whose connection is cut in the middle', async () => {
    const { port } = new URL(service.url());
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const head = ['POST /api/tasks HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${user.token}`];
    socket.write([...head, `Content-Type: ${FORM}`, 'Content-Length: 50000', '', PART].join('\r\n'));
    socket.write(tone.subarray(0, 20_000));
    while (!(await service.files()).includes('upload')) await new Promise(setImmediate);
    socket.destroy();
    while ((await service.files()).length > 0) await new Promise(setImmediate);
    assert.deepEqual(await user.tasks(), []);
  });

  const originals: [string, () => Promise<Buffer> | Buffer, string][] = [
    ['one byte', () => Buffer.from('a'), 'not_audio'],
    ['a text', () => Buffer.from('This is no audio. '.repeat(500)), 'not_audio'],
    ['a picture', () => make('a.png', '-f', 'lavfi', '-i', 'testsrc=duration=0.04'), 'not_audio'],
    ['a video without sound', () => make('a.mkv', '-f', 'lavfi', '-i', 'testsrc=duration=1'), 'no_audio'],
  ];
  for (const [what, original, code] of originals) {
    it(`fails a task whose file is ${what} with its own code`, async () => {
      const task = await user.convert({ name: 'x.mp3', bytes: await original() }, 'wav');
      assert.equal(task.state, 'FAILED');
      assert.equal(task.error?.code, code);
      assert.doesNotMatch(task.error?.message ?? '', /ffmpeg|ffprobe|\/|tonemill/i);
    });
  }

  it('converts the sound of a video', async () => {
    const sources = ['-f', 'lavfi', '-i', 'testsrc=duration=1', '-f', 'lavfi', '-i', 'sine=duration=1'];
    const bytes = await make('film.mkv', ...sources, '-shortest');
    assert.equal((await user.convert({ name: 'film.mkv', bytes }, 'mp3')).state, 'PROCESSED');
  });
});

/** The beginning of a form, up to the file's first byte. */
const PART = '--b\r\nContent-Disposition: form-data; name="audio"; filename="a.wav"\r\n\r\n';

function file(bytes: Buffer) {
  return { name: 'a.mp3', bytes };
}
