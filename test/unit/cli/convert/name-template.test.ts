import assert from 'node:assert/strict';
import { parseTemplate } from '../../../../lib/cli/convert/name-template.ts';

describe('A template of names', () => {
  const tags = { artist: ['Ann', 'Bob'], album: ['A/B'], trackNumber: ['3/12'], date: ['1999-02-01'] };
  const named = (template: string, more: object = {}) =>
    parseTemplate(template)
      .partsOf({ stem: 'song', folders: ['x', 'y'], tags, ...more })
      .join('/');

  for (const [template, expected] of [
    ['{albumartist}/{album}/{track} {title}', 'Ann, Bob/A_B/03 song'],
    ['{folder}/{name}', 'x/y/song'],
    ['{year} {folder}-{disc}', '1999 x - y-'],
    ['{genre}', 'Unknown genre'],
  ] as const)
    it(`takes tags and has an answer for those that are missing: ${template}`, () => {
      assert.equal(named(template), expected);
    });

  it('takes no separator, no device and no dots from a tag', () => {
    for (const title of ['..', '../../etc/passwd', 'a\\b', 'nul', '\u001b[2J\n', '.', '/'])
      assert.doesNotMatch(named('{title}', { tags: { title: [title] } }), /\/|\\|^\.+$|\p{Cc}|^nul$/u, title);
  });

  it('cuts long names at a character', () => {
    const name = named('{title}', { tags: { title: ['ä'.repeat(300)] } });
    assert.equal(name, 'ä'.repeat(100));
  });

  for (const template of ['', '../{title}', '/{title}', 'a/../b', 'a//b', './a', 'a\\b', '{titel}', 'a/'])
    it(`is refused if it leaves the folder or has unknown fields: ${JSON.stringify(template)}`, () => {
      assert.throws(() => parseTemplate(template), /^CommandError: --name: /);
    });

  it('needs tags only if a field is one', () => {
    assert.deepEqual(
      ['{folder}/{name}', '{title}'].map((template) => parseTemplate(template).needsTags),
      [false, true],
    );
  });
});
