import { temporaryFolder } from './folders.ts';
import { fitsMusic, fitsSpeech, raisesQuiet } from './normalising.ts';

describe('loudness, of more formats and targets', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  for (const format of ['wav', 'mp3', 'opus', 'm4a', 'ogg']) {
    fitsMusic(folder, format, -23, -1);
    fitsMusic(folder, format, -16, -1);
    fitsMusic(folder, format, -14, -2);
    raisesQuiet(folder, format);
    fitsSpeech(folder, format);
  }
});
