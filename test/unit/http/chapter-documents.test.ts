import assert from 'node:assert/strict';
import { cueSheet, podcastChapters } from '../../../lib/http/chapter-documents.ts';
import { MEDIA } from '../../support/media.ts';

const FILE = {
  name: 'a "b".mp3',
  media: {
    ...MEDIA,
    container: 'mp3',
    tags: { album: ['Märchen'], albumArtist: ['Ann'], title: ['T'], artist: ['Bob', 'Cid'] },
    chapters: [
      { start: 0, end: 61.5, title: 'One"\r\nREM x\u2028y' },
      { start: 61.5, end: 6000, title: '', url: 'https://a.example/', image: 'https://a.example/i.png' },
      { start: 6000.04, end: 6001, title: 'Ü' },
    ],
  },
};

describe('Chapters as a CUE sheet', () => {
  it('have a track each, and no text can leave its quotes or its line', () => {
    assert.deepEqual(cueSheet(FILE).split('\r\n'), [
      'PERFORMER "Ann"',
      'TITLE "Märchen"',
      'FILE "a \'b\'.mp3" MP3',
      '  TRACK 01 AUDIO',
      '    TITLE "One\' REM x y"',
      '    INDEX 01 00:00:00',
      '  TRACK 02 AUDIO',
      '    INDEX 01 01:01:37',
      '  TRACK 03 AUDIO',
      '    TITLE "Ü"',
      '    INDEX 01 100:00:03',
      '',
    ]);
  });

  it('are a sheet without tracks where there are none', () => {
    assert.equal(cueSheet({ name: 'x.flac', media: MEDIA }), 'FILE "x.flac" WAVE\r\n');
  });
});

describe('Chapters for podcasts', () => {
  it('have the names of the Podcast Namespace', () => {
    assert.deepEqual(podcastChapters(FILE), {
      version: '1.2.0',
      title: 'T',
      author: 'Bob',
      chapters: [
        { startTime: 0, endTime: 61.5, title: 'One"\r\nREM x\u2028y' },
        {
          startTime: 61.5,
          endTime: 6000,
          title: '',
          url: 'https://a.example/',
          img: 'https://a.example/i.png',
        },
        { startTime: 6000.04, endTime: 6001, title: 'Ü' },
      ],
    });
  });
});
