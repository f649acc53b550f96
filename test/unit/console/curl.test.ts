import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { documentOf, fits, type Operation } from '../../../lib/console/docs/api-document.ts';
import { curlOf } from '../../../lib/console/docs/curl.ts';
import { apiDocument } from '../../support/document.ts';

const URL = 'https://audio.example.org';

describe('Requests that the reference shows', () => {
  let operations: readonly Operation[];
  const lineOf = (id: string) => {
    const operation = operations.find((one) => one.id === id);
    return operation ? curlOf(operation, URL).split(' \\\n  ') : assert.fail(id);
  };
  before(async () => {
    const document: Parameters<typeof documentOf>[0] = JSON.parse(JSON.stringify(await apiDocument()));
    ({ operations } = documentOf(document));
  });

  it('have the method, the address, the key and the body of their operation', () => {
    assert.deepEqual(lineOf('listFormats'), [`curl -s '${URL}/api/formats'`]);
    assert.deepEqual(lineOf('removeTask'), [
      `curl -s -X DELETE '${URL}/api/tasks/1'`,
      '-H "Authorization: Bearer $TONEMILL_KEY"',
    ]);
    assert.deepEqual(lineOf('probe').at(-1), '-F audio=@song.wav');
    assert.deepEqual(lineOf('downloadResults')[0], `curl -s '${URL}/api/tasks/results.zip?ids=1'`);
    const [, , type, body] = lineOf('createPreset');
    assert.equal(type, "-H 'Content-Type: application/json'");
    assert.match(body ?? '', /^-d '{"name":/);
  });

  it('are lines that a shell reads, also where a value has quotes', () => {
    const lines = operations.map((operation) => curlOf(operation, URL));
    execFileSync('bash', ['-n'], { input: lines.join('\n') });
    const [first] = operations;
    const body = { 'application/json': { example: { name: "Ann's $HOME" } } };
    const [line = ''] = first ? [curlOf({ ...first, body }, URL)] : [];
    const echoed = execFileSync('bash', ['-c', line.replace(/^curl/, 'printf "%s\\n"')], {
      encoding: 'utf8',
    });
    assert.match(echoed, /^{"name":"Ann's \$HOME"}$/m);
  });

  it('are found by words of their name, their path and their sentences', () => {
    const found = (words: string) => operations.filter((one) => fits(one, words)).map(({ id }) => id);
    assert.deepEqual(found('PUT cover'), ['setCover']);
    assert.deepEqual(found('  waveform '), ['getWaveform']);
    assert.equal(found('').length, operations.length);
  });
});
