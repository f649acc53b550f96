import assert from 'node:assert/strict';
import { nameInAnswer } from '../../../lib/transfers/source-name.ts';

describe('The name of an imported file', () => {
  const named = (disposition?: string, url = 'https://audio.example/folder/in%20path.wav?x=/y.wav') =>
    nameInAnswer({ headers: { 'content-disposition': disposition }, url: new URL(url) });

  it('is the one of the header, in any of its forms, without folders', () => {
    const names: ReadonlyArray<[string, string]> = [
      ['attachment; filename="a.wav"', 'a.wav'],
      ['inline; filename=a.wav', 'a.wav'],
      [`attachment; filename="x.wav"; filename*=UTF-8''y.wav`, 'y.wav'],
      [`attachment; filename*=ISO-8859-1''caf%E9.wav`, 'café.wav'],
      ['attachment; filename="caf\u00c3\u00a9.wav"', 'café.wav'],
      ['attachment; filename="caf\u00e9.wav"', 'café.wav'],
      [`attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd`, 'passwd'],
      ['attachment; filename="C:\\\\folder\\\\a.wav"', 'a.wav'],
    ];
    for (const [header, name] of names) assert.equal(named(header), name, header);
  });

  it('is that of the path where the header has none that is usable', () => {
    const headers = [
      undefined,
      'attachment',
      'attachment; filename=""',
      'attachment; filename=".."',
      `attachment; filename*=UTF-8''a%0Ab.wav`,
      `attachment; filename*=UTF-8''a%00b.wav`,
      'attachment; filename="a\tb.wav"',
      `attachment; filename*=UTF-8''%E9%E9.wav`,
      `attachment; filename*=KOI8-R''%C1.wav`,
      `attachment; filename="${'x'.repeat(5000)}.wav"`,
      ';;=',
    ];
    for (const header of headers) assert.equal(named(header), 'in path.wav', header);
    assert.equal(named(`attachment; filename="x.wav"; filename*=UTF-8''%E9`), 'x.wav');
  });

  it('is audio where the path has none either', () => {
    for (const path of ['', 'a%0Ab.wav', '%2e%2e%2f', `${'x'.repeat(300)}`])
      assert.equal(named(undefined, `https://audio.example/${path}`), 'audio', path);
    assert.equal(named(undefined, 'https://audio.example/%E9.wav'), '%E9.wav');
  });
});
