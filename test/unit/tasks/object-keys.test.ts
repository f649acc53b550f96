import assert from 'node:assert/strict';
import { objectKey } from '../../../lib/ports/object-key.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';
import { extension, fileName, originalKey, resultKey, stem } from '../../../lib/tasks/object-keys.ts';

describe('fileName', () => {
  const kept = ['song.wav', 'Ünïcödé 🎵.mp3', 'it\'s "quoted".ogg', '-i', '.mp3', 'a.b.c', '日本語'];
  for (const name of kept) {
    it(`keeps ${name} as the user gave it`, () => assert.equal(fileName(name), name));
  }

  const last = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\Music\\song.wav', 'song.wav'],
    ['/abs/song.wav', 'song.wav'],
    ['  song.wav ', 'song.wav'],
  ] as const;
  for (const [given, name] of last) {
    it(`takes only the last part of ${given}`, () => assert.equal(fileName(given), name));
  }

  const refused = ['', '.', '..', '...', 'a/', 'a\nb.mp3', 'a\0.mp3', 'a\u0085', '\ud800.mp3'];
  for (const name of refused) {
    it(`refuses ${JSON.stringify(name).slice(0, 20)} and names the field`, () => {
      assert.throws(
        () => fileName(name),
        (error) =>
          hasCode(error, 'invalid_request') &&
          error.details[0]?.path === 'filename' &&
          error.details[0].message.startsWith('expected a file name of at most 200 bytes'),
      );
    });
  }

  it('counts the length in bytes, as file systems do', () => {
    assert.equal(fileName('é'.repeat(100)).length, 100);
    assert.throws(() => fileName('é'.repeat(101)), { code: 'too_large' });
  });
});

describe('objectKey', () => {
  for (const part of ['', '.', '..', 'a/b', 'a\\b', 'a\0b']) {
    it(`never takes ${JSON.stringify(part)} as a part`, () => {
      assert.throws(() => objectKey(1, part), TypeError);
    });
  }

  it('joins its parts with slashes', () => assert.equal(objectKey(7, 2, 'a b.mp3'), '7/2/a b.mp3'));
});

describe('The keys of a task', () => {
  it('are those of the first generation for originals', () => {
    assert.equal(originalKey({ id: 7, name: 'song.wav' }), '7/song.wav');
  });

  it('hold the revision for results', () => {
    assert.equal(resultKey({ id: 7, name: 'a.song.wav', revision: 3 }, 'mp3'), '7/3/a.song.mp3');
  });
});

describe('Stem and extension', () => {
  const table = [
    ['song.WAV', 'song', 'wav'],
    ['song', 'song', ''],
    ['.mp3', '.mp3', ''],
    ['a.b.c', 'a.b', 'c'],
    ['a.', 'a', ''],
  ] as const;
  for (const [name, itsStem, itsExtension] of table) {
    it(`cut ${name} at its last dot`, () => {
      assert.equal(stem(name), itsStem);
      assert.equal(extension(name), itsExtension);
    });
  }
});
