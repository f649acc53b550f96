import assert from 'node:assert/strict';
import { createUniqueNames, portableName } from '../../../lib/tasks/archive-names.ts';

describe('Names in an archive', () => {
  for (const [name, portable] of [
    ['song.mp3', 'song.mp3'],
    ['Töne 🎵.mp3', 'Töne 🎵.mp3'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['a\\b:c*d?e"f<g>h|i.mp3', 'a_b_c_d_e_f_g_h_i.mp3'],
    ['a\u0000b\nc\u007fd\u0085e.mp3', 'a_b_c_d_e.mp3'],
    ['gpj\u202e3pm.exe', 'gpj_3pm.exe'],
    ['..', '_'],
    ['. .', '_'],
    ['a. ', 'a'],
    ['', '_'],
    ['CON', '_CON'],
    ['con.mp3', '_con.mp3'],
    ['Lpt9.tar.gz', '_Lpt9.tar.gz'],
    ['console.mp3', 'console.mp3'],
    ['com.mp3', 'com.mp3'],
  ] as const)
    it(`are possible on every system: ${JSON.stringify(name)}`, () => {
      assert.equal(portableName(name), portable);
      assert.equal(portableName(portable), portable);
    });

  it('get a number if they are equal, or equal on some system', () => {
    const unique = createUniqueNames();
    const names = ['a.mp3', 'a.mp3', 'A.mp3', 'a (2).mp3', 'a.flac', 'é.mp3', 'e\u0301.MP3', 'b', 'B'];
    assert.deepEqual(names.map(unique), [
      'a.mp3',
      'a (2).mp3',
      'A (3).mp3',
      'a (2) (2).mp3',
      'a.flac',
      'é.mp3',
      'e\u0301 (2).MP3',
      'b',
      'B (2)',
    ]);
  });

  it('leave free a number that another name has already', () => {
    const unique = createUniqueNames();
    assert.deepEqual(['a (2).mp3', 'a.mp3', 'a.mp3'].map(unique), ['a (2).mp3', 'a.mp3', 'a (3).mp3']);
  });

  it('number ten thousand equal ones', () => {
    const unique = createUniqueNames();
    const names = Array.from({ length: 10_000 }, () => unique('a.mp3'));
    assert.equal(names.at(-1), 'a (10000).mp3');
    assert.equal(new Set(names).size, 10_000);
  });
});
