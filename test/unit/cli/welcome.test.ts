import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { type Started, welcome } from '../../../lib/cli/welcome.ts';

describe('The lines that end a start on a terminal', () => {
  const ffmpeg = {
    path: '/usr/bin/ffmpeg',
    version: '5.1.9',
    year: 2026,
    libavcodec: null,
    writer: null,
    selfContained: null,
  };
  const url = 'http://localhost:8080';
  const started: Started = {
    url,
    data: '/srv/data',
    ffmpeg,
    hasHoles: false,
    isFallback: false,
    remedy: undefined,
    conversions: 2,
  };
  const shown = (given: Partial<Started> = {}, columns = 80) =>
    welcome({ ...started, ...given }, { color: false, columns }).join('\n');

  it('begin with the line that other programs wait for', () => {
    assert.match(shown(), /^Tonemill is ready on http:\/\/localhost:8080\n/);
  });

  it('name the address, the data, ffmpeg and its year, the number of conversions, and how to stop', () => {
    for (const part of [
      `${url}/docs`,
      '/srv/data',
      '5.1.9 of 2026, /usr/bin/ffmpeg',
      '2 files at a time',
      'Ctrl-C',
    ])
      assert.ok(shown().includes(part), part);
    assert.ok(shown({ conversions: 1 }).includes('1 file at a time'));
    assert.doesNotMatch(shown(), /2018|security/);
  });

  it('warn of the ffmpeg of 2018 with the one command that replaces it', () => {
    const text = shown({ isFallback: true, remedy: 'sudo apk add ffmpeg' });
    assert.match(text, /2\.6 times slower/);
    assert.match(text, /known\s+security\s+holes/);
    assert.match(text, /\n {4}sudo apk add ffmpeg\n/);
    assert.match(shown({ isFallback: true }), /FFMPEG_PATH/);
  });

  it('say in a word that ffmpeg has published holes', () => {
    assert.match(shown({ hasHoles: true }), /\/usr\/bin\/ffmpeg \(published holes: npm run doctor\)/);
    assert.doesNotMatch(shown(), /holes/);
  });

  it('fit a narrow terminal, but for an address, a path or a command', () => {
    const text = shown({ isFallback: true, remedy: 'sudo apk add ffmpeg' }, 44);
    for (const line of text.split('\n')) assert.ok(line.length <= 44, line);
  });

  it('have colours only where the terminal shows them', () => {
    const color = welcome(started, { color: true, columns: 80 }).join('\n');
    assert.notEqual(color, shown());
    assert.equal(stripVTControlCharacters(color), shown());
  });

  it('hand no control character of a path to the terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is what is looked for
    assert.doesNotMatch(shown({ data: '/srv/\u001b[2Jdata' }), /\u001b/);
  });
});
