/**
 * One conversion on a running service: sign up, send one second of sound, fetch the result, remove the task.
 *
 *     node terraform/deploy/smoke-live.ts https://audio.example.com
 *
 * Node.js alone runs it, without installed packages. Prints a line for each step; exits with 1 at the first that fails.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** Seconds for which a conversion may wait for its first instance, and run. */
const PATIENCE = 180;

const site = process.argv[2];
if (!site) throw new TypeError('Expected the URL of the service.');

try {
  await smoke(site.replace(/\/$/, ''));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function smoke(url: string): Promise<void> {
  const authorization = await session(url);
  const id = await upload(url, authorization);
  await settled(`${url}/api/tasks/${id}`, authorization);
  const result = await fetch(`${url}/api/tasks/${id}/result`, { headers: { authorization } });
  const bytes = new Uint8Array(await result.arrayBuffer());
  if (!result.ok || !isMp3(bytes)) throw new Error(`The result is no MP3: ${result.status}.`);
  console.log(`Fetched ${bytes.length} bytes of MP3.`);
  await ask(`${url}/api/tasks/${id}`, { method: 'DELETE', headers: { authorization } });
  console.log('Removed the task.');
}

/** A new user, so that no earlier data is needed. */
async function session(url: string): Promise<string> {
  const user = `smoke-${randomUUID()}`;
  const [email, password] = [`${user}@example.com`, randomUUID()];
  const signup = { user, email, password1: password, password2: password };
  await post(`${url}/api/auth/signup`, signup);
  const { token } = await post(`${url}/api/auth/login`, { email, password });
  console.log(`Signed up as ${user}.`);
  return `Bearer ${text(token)}`;
}

async function upload(url: string, authorization: string): Promise<number> {
  const body = new FormData();
  body.append('newFormat', 'mp3');
  body.append('audio', new Blob([wav()]), 'smoke.wav');
  const { task } = await ask(`${url}/api/tasks`, { method: 'POST', body, headers: { authorization } });
  if (!isRecord(task) || typeof task.id !== 'number') throw new Error('There is no task in the answer.');
  console.log(`Sent one second of sound as task ${task.id}.`);
  return task.id;
}

async function settled(url: string, authorization: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE; waited++) {
    const { state, error } = await ask(url, { headers: { authorization } });
    if (state === 'PROCESSED') return console.log('Converted.');
    if (state === 'FAILED') throw new Error(`The conversion failed: ${JSON.stringify(error)}.`);
    await setTimeout(1000);
  }
  throw new Error(`The task was not converted within ${PATIENCE} s.`);
}

function post(url: string, body: Record<string, string>): Promise<Record<string, unknown>> {
  return ask(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
}

async function ask(url: string, init: RequestInit): Promise<Record<string, unknown>> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${new URL(url).pathname}: ${answer.status}.`);
  const body: unknown = await answer.json();
  return isRecord(body) ? body : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('There is no token in the answer.');
  return value;
}

/** A tag, or the first bits of a frame. */
function isMp3([first, second = 0, third]: Uint8Array): boolean {
  const tag = first === 0x49 && second === 0x44 && third === 0x33;
  return tag || (first === 0xff && second >= 0xe0);
}

/** One second of 440 Hz: 16 bits, one channel, 8,000 Hz. */
function wav(): Uint8Array<ArrayBuffer> {
  const [rate, header] = [8000, 44];
  const view = new DataView(new ArrayBuffer(header + rate * 2));
  const letters = (at: number, word: string) => {
    for (const [index, letter] of [...word].entries()) view.setUint8(at + index, letter.charCodeAt(0));
  };
  letters(0, 'RIFF');
  view.setUint32(4, view.byteLength - 8, true);
  letters(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  letters(36, 'data');
  view.setUint32(40, rate * 2, true);
  for (let sample = 0; sample < rate; sample++) {
    const level = Math.sin((2 * Math.PI * 440 * sample) / rate);
    view.setInt16(header + sample * 2, Math.round(level * 10_000), true);
  }
  return new Uint8Array(view.buffer);
}
