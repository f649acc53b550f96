import assert from 'node:assert/strict';
import { cueText, readCueSheet } from '../../../../lib/audio/media/cue-sheet.ts';

const track = (number: number, ...lines: string[]) => [`TRACK ${number} AUDIO`, ...lines].join('\n');
const at = (time: string) => `INDEX 01 ${time}`;

describe('A CUE sheet', () => {
  it('gives the texts of the disc and of its tracks, and times in frames', () => {
    const sheet = readCueSheet(
      [
        'REM GENRE Jazz',
        'REM DATE 1999',
        'REM COMMENT "ExactAudioCopy v1.3"',
        'CATALOG 0602498765432',
        'PERFORMER "The \\"Band"',
        'TITLE "A / B"',
        'FILE "C:\\..\\..\\x.wav" WAVE',
        '  TRACK 01 AUDIO',
        '    TITLE "../../one"',
        '    ISRC GBAYE9900001',
        '    FLAGS DCP',
        '    INDEX 01 00:00:00',
        '  track 02 audio',
        '    TITLE two',
        '    PERFORMER "Guest"',
        '    SONGWRITER "Writer"',
        '    PREGAP 00:02:00',
        '    INDEX 00 01:02:03',
        '    INDEX 01 01:04:03',
        '    INDEX 02 01:10:00',
        '',
      ].join('\r\n'),
    );
    const { tracks, ...disc } = sheet;
    assert.deepEqual(disc, {
      title: 'A / B',
      performer: 'The \\"Band',
      songwriter: null,
      genre: 'Jazz',
      date: '1999',
    });
    const [one, two] = tracks;
    assert.deepEqual([one?.title, one?.isrc, one?.start], ['../../one', 'GBAYE9900001', 0]);
    const second = 62 * 75 + 3 + 150;
    assert.deepEqual(
      [two?.title, two?.performer, two?.songwriter, two?.silence, two?.pregap, two?.start],
      ['two', 'Guest', 'Writer', 150, second - 150, second],
    );
  });

  const refused: [string, string, RegExp][] = [
    ['has no track', 'TITLE "x"', /no TRACK/],
    ['is no CUE sheet', '<html>', /line 1 .*no command "<html>"/],
    ['has a track without a begin', track(1), /track 1 .* no INDEX 01/],
    ['has an index before its track', at('00:00:00'), /line 1 .*INDEX stands before the first TRACK/],
    ['has 76 frames', track(1, at('00:00:75')), /line 2 .*expected a time such as/],
    ['has 60 seconds', track(1, at('00:60:00')), /expected a time such as/],
    [
      'has tracks that overlap',
      [track(1, at('00:10:00')), track(2, at('00:05:00'))].join('\n'),
      /track 2 .*begins at 00:05:00, and track 1 at 00:10:00/,
    ],
    ['begins two tracks at once', [track(1, at('00:01:00')), track(2, at('00:01:00'))].join('\n'), /rising/],
    [
      'has a pre-gap before the track before it',
      [track(1, at('00:05:00')), track(2, 'INDEX 00 00:02:00', at('00:09:00'))].join('\n'),
      /pre-gap of track 2/,
    ],
    [
      'counts tracks twice',
      [track(2, at('00:00:00')), track(2, at('00:01:00'))].join('\n'),
      /rising numbers/,
    ],
    ['has a second file', `FILE "a" WAVE\n${track(1, at('00:00:00'))}\nFILE "b" WAVE`, /second FILE/],
    ['has a track of data', 'TRACK 01 MODE1/2352', /track 1 is "MODE1\/2352"; expected AUDIO/],
  ];
  for (const [kind, text, message] of refused)
    it(`that ${kind} is refused with its reason`, () => assert.throws(() => readCueSheet(text), { message }));

  it('may have 999 tracks, and no more', () => {
    const tracks = Array.from({ length: 999 }, (_, index) =>
      track(index + 1, at(`${String(index).padStart(2, '0')}:00:00`)),
    );
    assert.equal(readCueSheet(tracks.join('\n')).tracks.length, 999);
    assert.throws(() => readCueSheet([...tracks, 'TRACK 999 AUDIO'].join('\n')), /at most 999/);
  });

  it('may be in UTF-8, in UTF-16 with a byte order mark, or in Latin-1', () => {
    const text = 'TITLE "Señor Łukasz"';
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
    assert.equal(cueText(Buffer.from(text)), text);
    assert.equal(cueText(utf16), text);
    assert.equal(cueText(Buffer.from(utf16).swap16()), text);
    assert.equal(cueText(Buffer.from('TITLE "Señor"', 'latin1')), 'TITLE "Señor"');
  });
});
