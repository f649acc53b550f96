import assert from 'node:assert/strict';
import { passwordProblem, refuseGuessable } from '../../../lib/accounts/password-rules.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';

const ANN = { name: 'Ann Ångström', email: 'ann.angstrom@example.org' };

describe('The rules of passwords', () => {
  const problems: [string, string, RegExp][] = [
    ['has half of a surrogate pair', 'correct \ud83d horse', /surrogate/],
    ['has NUL', 'correct\0horse', /U\+0000/],
    ['has a control character', 'correct\thorse', /U\+0009/],
    ['has a character that shows nothing', 'correct\u200bhorse', /U\+200B/],
    ['has a line separator', 'correct\u2028horse', /U\+2028/],
    ['has a character of private use', 'correct\ue000horse', /U\+E000/],
    ['has a character that is not assigned', 'correct\u{e01ff}\u{10ffff}', /U\+/],
    ['has seven characters', 'corrēct', /at least 8/],
    ['has seven characters of two units each', '🔑🐎🔋📎🎧🎵🎶', /at least 8/],
    ['has eight characters that are five once they are composed', 'e\u0301e\u0301e\u0301ab', /at least 8/],
    ['has 1,025 bytes', `${'é'.repeat(512)}x`, /at most 1024 bytes/],
    ['has a megabyte', 'correct horse'.repeat(80_000), /at most 1024 bytes/],
    ['has 60,000 combining marks', `a${'\u0301\u0323'.repeat(30_000)}`, /at most 1024 bytes/],
    ['is empty', '', /at least 8/],
  ];
  for (const [what, password, problem] of problems) {
    it(`refuse a password that ${what}, and say so`, () => {
      assert.match(passwordProblem(password) ?? '', problem);
    });
  }

  const fine = [
    'correct horse',
    '🔑🐎🔋📎🎧🎵🎶🎷',
    'é'.repeat(512),
    'é'.repeat(512).normalize('NFD'),
    '와'.normalize('NFD').repeat(8),
  ];
  for (const password of fine) {
    it(`take ${password.slice(0, 14)} of ${password.length} units`, () => {
      assert.equal(passwordProblem(password), undefined);
    });
  }

  const guessable: [string, string][] = [
    ['the email', 'ann.angstrom@example.org'],
    ['the name and a space', 'Ann Ångström '],
    ['a common one with spaces', 'p a s s w o r d'],
    ['a common one in full width', 'ｐａｓｓｗｏｒｄ'],
    ['the email in capitals', 'ANN.ANGSTROM@EXAMPLE.ORG'],
    ['the local part of the email', 'Ann.Angstrom'],
    ['the domain of the email', 'example.org'],
    ['the name, written in another way', 'ANN ÅNGSTRÖM'.normalize('NFD')],
    ['a common password', 'password1'],
    ['a common password in capitals', 'ILOVEYOU'],
    ['a run of digits', '1234567890'],
    ['a run of digits backwards', '987654321'],
    ['a run of keys', 'asdfghjkl'],
    ['one character', '88888888'],
    ['spaces', ' \u00a0\u3000     '],
    ['a piece repeated', 'qwertyqwerty'],
    ['a date', '01012009'],
  ];
  for (const [what, password] of guessable) {
    it(`refuse a password that is ${what}`, async () => {
      await assert.rejects(refuseGuessable(password, ANN), (error) => hasCode(error, 'invalid_request'));
    });
  }

  it('take a password that only contains one of these', async () => {
    for (const password of ['correct horse', 'password of ann.angstrom', '88888888 horses'])
      await refuseGuessable(password, ANN);
  });
});
