import assert from 'node:assert/strict';
import { type Format, findFormat } from '../../../lib/audio/formats/formats.ts';
import type { Preset } from '../../../lib/ports/presets.ts';
import { createOutputRequests } from '../../../lib/tasks/requested-output.ts';

const called = (name: string): Format => {
  const format = findFormat(name);
  assert.ok(format);
  return format;
};
const preset = (name: string, format: string, options: object): Preset => {
  const [createdAt, changedAt] = [new Date(), new Date()];
  return { id: 1, userId: 1, name, format, options: { ...options }, createdAt, changedAt };
};
const SAVED = [
  preset('old format', 'wma', {}),
  preset('old option', 'mp3', { sparkle: true }),
  preset('caf\u00e9', 'mp3', { start: 5, end: 10 }),
];

describe('A request that names a saved preset', () => {
  let lookUps = 0;
  const requests = createOutputRequests(async () => [called('mp3'), called('wav')], {
    async find(_userId, name) {
      lookUps += 1;
      return SAVED.find((one) => one.name === name);
    },
  });
  const resolve = (options: object, newFormat?: string) => requests.resolve(1, { newFormat, options });

  it('looks a preset up once for all requests of one moment, and again for later ones', async () => {
    lookUps = 0;
    const names = ['old format', 'old format', 'caf\u00e9'];
    await Promise.all(names.map((name) => resolve({ preset: name }, 'wav')));
    assert.equal(lookUps, 2);
    await resolve({ preset: 'old format' }, 'wav');
    assert.equal(lookUps, 3);
  });

  it('tells that this service cannot make its format, and takes another one', async () => {
    await assert.rejects(resolve({ preset: 'old format' }), {
      code: 'unsupported_format',
      message:
        /The preset "old format" does not fit: "wma" is not an available format. Expected one of mp3, wav/,
    });
    assert.deepEqual(await resolve({ preset: 'old format' }, 'wav'), { format: 'wav', options: {} });
  });

  it('tells that this service does not know an option of it any more', async () => {
    await assert.rejects(resolve({ preset: 'old option' }), {
      code: 'invalid_request',
      message: /The preset "old option" does not fit: .*mp3 takes/,
    });
  });

  it('blames the request for a format that it names itself', async () => {
    await assert.rejects(resolve({ preset: 'old option' }, 'mp5'), {
      code: 'unsupported_format',
      message: /^"mp5" is not an available format/,
    });
  });

  it('finds the name in any encoding of its characters', async () => {
    const { format } = await resolve({ preset: 'cafe\u0301' });
    assert.equal(format, 'mp3');
  });

  it('drops a start of the preset that lies behind the end of the request', async () => {
    assert.deepEqual((await resolve({ preset: 'café', end: 3 })).options, { end: 3 });
    assert.deepEqual((await resolve({ preset: 'café', end: 7 })).options, { start: 5, end: 7 });
  });
});
