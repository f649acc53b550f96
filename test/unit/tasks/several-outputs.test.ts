import assert from 'node:assert/strict';
import { type Format, findFormat } from '../../../lib/audio/formats/formats.ts';
import { createOutputRequests } from '../../../lib/tasks/requested-output.ts';
import { namedResults } from '../../../lib/tasks/result-names.ts';

const called = (name: string): Format => {
  const format = findFormat(name);
  assert.ok(format);
  return format;
};
const requests = createOutputRequests(async () => [called('mp3'), called('opus')], {
  find: async () => undefined,
});
const resolve = (outputs: unknown, more: object = {}) => requests.resolve(1, { outputs, ...more });

describe('Several outputs', () => {
  it('have the first one as the output that first-generation clients see', async () => {
    const outputs = [
      { format: 'MP3', options: { bitrate: 128_000 } },
      { format: 'opus', name: 'small' },
    ];
    const resolved = await resolve(outputs);
    assert.deepEqual(resolved, {
      format: 'mp3',
      options: { bitrate: 128_000 },
      outputs: [
        { format: 'mp3', options: { bitrate: 128_000 }, name: null },
        { format: 'opus', options: {}, name: 'small' },
      ],
    });
  });

  it('have names that differ on every system', () => {
    const output = { format: 'mp3', options: {}, name: null };
    const outputs = [output, output, { ...output, name: 'SONG' }, { ...output, format: 'opus' }];
    const task = { id: 7, name: 'song.wav', revision: 2, requestedOutput: { ...output, outputs } };
    assert.deepEqual(
      namedResults(task).map(({ key }) => key),
      ['7/2/song.mp3', '7/2/song (2).mp3', '7/2/SONG (3).mp3', '7/2/song.opus'],
    );
  });

  const mp3 = { format: 'mp3' };
  const REFUSED: [unknown, string, RegExp][] = [
    [[], 'outputs', /1 to 10 outputs/],
    [Array(11).fill(mp3), 'outputs', /and there are 11/],
    ['mp3', 'outputs', /expected a list/],
    [['mp3'], 'outputs.0', /expected an object with format/],
    [[mp3, { format: 'mp5' }], 'outputs.1.format', /expected one of mp3, opus/],
    [[mp3, {}], 'outputs.1.format', /expected a format/],
    [
      [mp3, { format: 'mp3', options: { bitrate: 1 } }],
      'outputs.1.options.bitrate',
      /expected a whole number/,
    ],
    [[{ format: 'mp3', name: '../up' }], 'outputs.0.name', /without a folder/],
    [[{ format: 'mp3', name: ' ' }], 'outputs.0.name', /without a folder/],
    [[{ format: 'mp3', name: 'a\u0000' }], 'outputs.0.name', /control characters/],
    [[{ format: 'mp3', name: 'x'.repeat(300) }], 'outputs.0.name', /at most 200 bytes/],
    [[{ format: 'mp3', more: 1 }], 'outputs.0', /./],
  ];
  for (const [outputs, path, message] of REFUSED)
    it(`are refused with a place: ${JSON.stringify(outputs).slice(0, 60)}`, async () => {
      await assert.rejects(
        resolve(outputs),
        ({ details }: { details: { path: string; message: string }[] }) => {
          assert.equal(details[0]?.path, path);
          assert.match(details[0]?.message ?? '', message);
          return true;
        },
      );
    });

  it('are refused beside one output', async () => {
    await assert.rejects(resolve([mp3], { newFormat: 'mp3' }), {
      code: 'invalid_request',
      message: /not both/,
    });
  });
});
