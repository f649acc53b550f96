/** Texts in English: what options mean, below their fields. No text has a name of the API. */
export const HINTS_EN = {
  'hint.preset': 'A ready choice for one purpose. What you choose yourself wins over it.',
  'hint.bitrate': 'Data for each second of sound. More sounds better, and makes a larger file.',
  'hint.quality': '0 is the smallest file, 10 the best sound. In place of a bitrate.',
  'hint.fit':
    'The result is never larger: bitrate, sample rate and channels are chosen for it. In place of a bitrate or a quality.',
  'hint.fit.maxBytes': 'In megabytes, of a million bytes each.',
  'hint.fit.sound': 'Speech becomes one channel, as programs that write down speech take it.',
  'hint.sampleRate':
    'The nearest one that the format has is taken. More than the original has sounds no better.',
  'hint.channels': 'Fewer channels are mixed from all of them; mono goes to both sides of stereo.',
  'hint.bitDepth':
    'Bits of each sample. 64, and in most formats 32, are floating point. Default: as the original.',
  'hint.encoding': 'How samples are stored. Default: as the original.',
  'hint.compressionLevel':
    '0 is the fastest; the highest gives the smallest file, or the best sound for its size.',
  'hint.track':
    'For a file with several: a number from 1, or a language such as spa or es. Default: the one that the file marks.',
  'hint.start': 'Everything before is left out, exactly.',
  'hint.end': 'Everything after is left out, exactly.',
  'hint.trimSilence.threshold': 'What is louder is sound. Default: -60.',
  'hint.trimSilence.keep': 'At each end, if there is as much. Default: 0.',
  'hint.loudness.target':
    'Such as -16 for podcasts, -14 for music services or -23 for broadcasts. Not together with a gain.',
  'hint.loudness.tolerance':
    'A file that is as close as this keeps its level, if its peaks allow. Default: 0.',
  'hint.loudness.scope': 'One gain for all files of a batch, or one for each. Default: one for each.',
  'hint.loudness.dualMono': 'Two loudspeakers play one channel, so it counts 3 LU more. Default: no.',
  'hint.loudness.truePeak': 'A limiter holds peaks below it. Default: -1.',
  'hint.gain': 'Louder or quieter by as many decibels. Not together with a loudness.',
  'hint.replayGain':
    'Players that know it play all files equally loud. Default: that of the original, as long as its level stays.',
  'hint.fadeIn': 'From the beginning, after the cut.',
  'hint.fadeOut': 'Up to the end, after the cut.',
  'hint.metadata': 'Title, artist and the like. Default: they are kept.',
  'hint.clip': 'Peaks that the format cannot store. Default: they are cut off, and a note tells it.',
  'hint.onDamage': 'Default: the result has all that can be read, and a note tells the rest.',
  'hint.audio':
    'A copy loses nothing, and is cut only between two packets. Default: a copy where the format can hold it and no option changes the sound.',
  'hint.whenLossy':
    'For originals such as MP3, which lose something once more. Default: they are encoded all the same.',
  'hint.tagEncoding':
    'If titles come out unreadable: their encoding, such as windows-1251 or shift-jis. Default: detected.',
  'hint.receipt': 'A proof of both files that can be checked later. It takes a little longer. Default: none.',
  'hint.coverArt': 'Default: it is kept, where the format has a place for it.',
  'hint.chapters': 'Default: they are kept, where the format has a place for them.',
  'hint.split': 'Parts, each a file of its own. Not together with a size limit or fades.',
} as const;
